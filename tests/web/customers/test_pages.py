"""The list and the page of a customer: what is seen, what is written, and what is refused beside its field."""

import pytest

from screenpop.customers.model import NewCustomer, NewOrder, Page
from tests.web.conftest import Client, SignIn
from web.keys import Services

HOSTILE = '<script>alert("x")</script>'


@pytest.fixture
async def agent(sign_in: SignIn) -> Client:
    return await sign_in("101")


async def text_of(client: Client, address: str) -> str:
    return await (await client.get(address)).text()


async def make(services: Services, **fields: object) -> str:
    return (await services.customers.create(NewCustomer(**fields), "system")).id  # type: ignore[arg-type]


async def test_empty_list_says_what_will_be_there_and_how(agent: Client) -> None:
    text = await text_of(agent, "/customers")
    assert "No customers yet" in text
    assert 'href="/customers/new"' in text


@pytest.mark.feature("CALL-29")
@pytest.mark.parametrize("asked", ["gruber", "blue boat", "1234567", "030 123", "+49 30 1234"])
async def test_list_finds_by_name_company_and_part_of_a_number(agent: Client, services: Services, asked: str) -> None:
    id_ = await make(services, name="Maria Gruber", company="Blue Boat", numbers=(("030 1234567", ""),))
    await make(services, name="Somebody Else", numbers=(("030 7654321", ""),))
    text = await (await agent.get("/customers", params={"q": asked})).text()
    assert f'href="/customers/{id_}"' in text
    assert "Somebody Else" not in text


async def test_list_offers_what_was_typed_as_a_new_customer(agent: Client) -> None:
    assert 'href="/customers/new?name=Nobody+Here"' in (await text_of(agent, "/customers?q=Nobody Here")).replace(
        "%20", "+"
    )
    assert "/customers/new?number=" in await text_of(agent, "/customers?q=030 999")


@pytest.mark.feature("CALL-16")
async def test_list_shows_what_is_owed_on_open_orders(agent: Client, services: Services) -> None:
    id_ = await make(services, name="Maria")
    await services.customers.add_order(id_, NewOrder(number="A-1", amount=5000, paid=1500, currency="EUR"), "system")
    closed = NewOrder(number="A-2", amount=90000, currency="EUR", open=False)
    await services.customers.add_order(id_, closed, "system")
    text = await text_of(agent, "/customers")
    assert "€35.00" in text
    assert "900" not in text


async def test_list_is_paged(agent: Client, services: Services) -> None:
    for number in range(53):
        await make(services, name=f"Customer {number:02}")
    first, second = await text_of(agent, "/customers"), await text_of(agent, "/customers?page=2")
    assert ("Customer 49" in first, "Customer 50" in first) == (True, False)
    assert ("Customer 49" in second, "Customer 52" in second) == (False, True)
    assert "1 to 50 of 53" in first


async def test_hostile_texts_are_escaped_everywhere(agent: Client, services: Services) -> None:
    id_ = await make(
        services, name=HOSTILE, company=HOSTILE, city=HOSTILE, note=HOSTILE, numbers=(("030 1234567", '"><b>'),)
    )
    await services.customers.add_order(id_, NewOrder(number=HOSTILE, title=HOSTILE, stage=HOSTILE), "system")
    for address in ("/customers", f"/customers/{id_}", f"/customers/{id_}/edit", f"/customers?q={HOSTILE}"):
        text = await text_of(agent, address)
        assert "&lt;script&gt;" in text, address
        assert "<script>alert" not in text, address
        assert '"><b>' not in text, address


@pytest.mark.feature("CALL-26")
async def test_new_customer_takes_the_number_from_the_address(agent: Client, services: Services) -> None:
    assert 'value="+49301234567"' in await text_of(agent, "/customers/new?number=%2B49301234567")
    answer = await agent.post("/customers/new", data={"name": "Maria", "number": "030 1234567", "category": "vip"})
    row = (await services.customers.search("maria")).rows[0]
    assert answer.url.path == f"/customers/{row.id}"
    assert (row.e164, row.category and row.category.name) == ("+49301234567", "VIP")


async def test_new_customer_with_a_wrong_number_keeps_what_was_typed(agent: Client, services: Services) -> None:
    answer = await agent.post("/customers/new", data={"name": "Maria", "number": "hello", "timezone": "Europe/Berlin"})
    text = await answer.text()
    assert answer.status == 422
    assert text.index("This is not a phone number.") > text.index('name="number"')
    assert 'value="Maria"' in text
    assert (await services.customers.search("")).total == 0


@pytest.mark.feature("CALL+05")
async def test_new_customer_with_somebodys_number_is_asked_about_once(agent: Client, services: Services) -> None:
    await make(services, name="First", numbers=(("030 1234567", ""),))
    form = {"name": "Second", "number": "+49 30 1234567"}
    asked = await agent.post("/customers/new", data=form)
    assert asked.status == 409
    assert "First" in await asked.text()
    await agent.post("/customers/new", data=form | {"shared": "1"})
    assert {row.name for row in (await services.customers.search("1234567")).rows} == {"First", "Second"}


@pytest.mark.feature("CALL-12")
async def test_edit_writes_what_was_changed(agent: Client, services: Services) -> None:
    id_ = await make(services, name="Maria", city="Berlin")
    form = {"was_name": "Maria", "name": "Maria Gruber", "was_note": "", "note": "Ring after 3 pm"}
    await agent.post(f"/customers/{id_}/edit", data=form)
    customer = await services.customers.get(id_)
    assert (customer.name, customer.note, customer.city) == ("Maria Gruber", "Ring after 3 pm", "Berlin")


async def test_edit_of_different_fields_at_once_keeps_both(agent: Client, services: Services) -> None:
    id_ = await make(services, name="Maria", city="Berlin")
    await services.customers.update(id_, {"city": "Hamburg"}, None, "system")
    form = {"was_name": "Maria", "name": "Maria Gruber", "was_city": "Berlin", "city": "Berlin"}
    await agent.post(f"/customers/{id_}/edit", data=form)
    customer = await services.customers.get(id_)
    assert (customer.name, customer.city) == ("Maria Gruber", "Hamburg")


async def test_edit_of_the_same_field_at_once_shows_the_others_and_keeps_the_own(
    agent: Client, services: Services
) -> None:
    id_ = await make(services, name="Maria", city="Berlin")
    sue = services.users.by_login("sue")
    assert sue
    await services.customers.update(id_, {"city": "Hamburg"}, None, sue.id)
    form = {"was_city": "Berlin", "city": "Bremen"}
    answer = await agent.post(f"/customers/{id_}/edit", data=form)
    text = await answer.text()
    assert answer.status == 409
    assert "Name of sue changed this customer meanwhile." in text
    assert '<del dir="auto">Berlin</del>' in text
    assert '<ins dir="auto">Hamburg</ins>' in text
    assert 'name="city" type="text" value="Bremen"' in text
    assert (await services.customers.get(id_)).city == "Hamburg"
    await agent.post(f"/customers/{id_}/edit", data={"was_city": "Hamburg", "city": "Bremen"})
    assert (await services.customers.get(id_)).city == "Bremen"


async def test_edit_with_a_wrong_value_names_the_field(agent: Client, services: Services) -> None:
    id_ = await make(services, name="Maria")
    answer = await agent.post(f"/customers/{id_}/edit", data={"was_timezone": "", "timezone": "Mars/Olympus"})
    text = await answer.text()
    assert answer.status == 422
    assert 'id="f-timezone-d">' in text.replace("\n", "")
    assert "There is no such time zone" in text
    assert 'value="Mars/Olympus"' in text


async def test_page_tells_who_changed_what(agent: Client, services: Services) -> None:
    id_ = await make(services, name="Maria", category="vip")
    await agent.post(f"/customers/{id_}/edit", data={"was_category": "vip", "category": "problem"})
    text = await text_of(agent, f"/customers/{id_}")
    entry = text[text.index('class="history"') :]
    assert "Name of 101" in entry
    assert entry.index('<del dir="auto">VIP</del>') < entry.index('<ins dir="auto">Problem</ins>')


async def test_page_of_an_unknown_customer_is_not_found(agent: Client) -> None:
    answer = await agent.get("/customers/01h0000000000000000000000")
    assert answer.status == 404
    assert "There is no such customer." in await answer.text()


async def test_list_without_signing_in_leads_to_the_sign_in(anonymous: Client, services: Services) -> None:
    await make(services, name="Secret Person")
    answer = await anonymous.get("/customers")
    assert answer.url.path == "/sign-in"
    assert "Secret Person" not in await answer.text()


async def test_list_of_very_many_says_that_there_are_more(
    agent: Client, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make(services, name="Maria")
    (row,) = (await services.customers.search("maria")).rows

    async def search(text: str, limit: int, offset: int) -> Page:
        return Page(rows=(row,) * 50, offset=offset, total=1000, more=True)

    monkeypatch.setattr(services.customers, "search", search)
    assert "1 to 50 of more than 1,000" in await text_of(agent, "/customers?q=m")
    assert "Only the first 1,000 are listed" in await text_of(agent, "/customers?q=m&page=20")
