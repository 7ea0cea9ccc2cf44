"""Orders on the customer's page."""

import re

import pytest

from screenpop.customers.model import NewCustomer, NewOrder
from tests.web.conftest import Client, SignIn
from web.keys import Services


@pytest.fixture
async def agent(sign_in: SignIn) -> Client:
    return await sign_in("101")


@pytest.fixture
async def maria(services: Services) -> str:
    return (await services.customers.create(NewCustomer(name="Maria"), "system")).id


@pytest.mark.feature("CALL-13", "CALL-14", "CALL-15", "CALL-16")
async def test_order_is_added_with_what_is_due(agent: Client, maria: str, services: Services) -> None:
    form = {"number": "A-1", "title": "Hull", "stage": "in the workshop", "responsible": "Bilal"}
    sums = {"amount": "1,240.50", "paid": "240,50", "currency": "eur"}
    answer = await agent.post(f"/customers/{maria}/orders/new", data=form | sums)
    (order,) = await services.customers.orders(maria)
    assert (order.amount, order.paid, order.due, order.currency) == (124050, 24050, 100000, "EUR")
    text = await answer.text()
    assert "in the workshop" in text
    assert '<span class="owed nums">€1,000.00</span>' in text


@pytest.mark.parametrize(
    ("form", "field", "words"),
    [
        ({"number": "A-1", "amount": "much"}, "amount", "Write an amount such as 1240.50."),
        ({"number": "A-1", "paid": "-5"}, "paid", "Write an amount such as 1240.50."),
        ({"number": "A-1", "currency": "Euro"}, "currency", "A currency is a code of three letters"),
        ({"number": "A-1", "currency": "ZZZ"}, "currency", "There is no currency “ZZZ”."),
        ({"number": "A-1", "amount": "10"}, "currency", "Choose the currency."),
        ({"number": "A-1", "url": "javascript:alert(1)"}, "url", "A link begins with https://"),
        ({"title": " "}, "number", "An order needs a number or a title."),
    ],
)
async def test_wrong_order_is_told_beside_its_field(
    agent: Client, maria: str, services: Services, form: dict[str, str], field: str, words: str
) -> None:
    answer = await agent.post(f"/customers/{maria}/orders/new", data=form)
    text = await answer.text()
    assert answer.status == 422
    assert text.index(f'id="f-{field}-d"') < text.index(words)
    assert await services.customers.orders(maria) == ()


@pytest.mark.feature("CALL-30")
async def test_order_has_its_own_place_and_page(agent: Client, maria: str, services: Services) -> None:
    order = await services.customers.add_order(maria, NewOrder(number="A-1", title="Hull"), "system")
    assert f'id="order-{order.id}"' in await (await agent.get(f"/customers/{maria}")).text()
    assert 'value="Hull"' in await (await agent.get(f"/orders/{order.id}")).text()


async def test_open_orders_stand_first_and_closing_can_be_undone(agent: Client, maria: str, services: Services) -> None:
    first = await services.customers.add_order(maria, NewOrder(number="A-1"), "system")
    await services.customers.add_order(maria, NewOrder(number="A-2"), "system")
    await agent.post(f"/orders/{first.id}/open", data={"open": ""})
    assert [order.number for order in await services.customers.orders(maria)] == ["A-2", "A-1"]
    await agent.post(f"/orders/{first.id}/open", data={"open": "1"})
    assert [order.open for order in await services.customers.orders(maria)] == [True, True]


async def test_order_that_another_changed_is_shown_first(agent: Client, maria: str, services: Services) -> None:
    order = await services.customers.add_order(maria, NewOrder(number="A-1", stage="new"), "system")
    seen = order.updated_at.isoformat()
    await services.customers.update_order(order.id, {"stage": "done"}, "system")
    answer = await agent.post(f"/orders/{order.id}", data={"was": seen, "number": "A-1", "stage": "waiting"})
    text = await answer.text()
    assert answer.status == 409
    assert ('<ins dir="auto">done</ins>' in text, 'value="waiting"' in text) == (True, True)
    assert (await services.customers.order(order.id)).stage == "done"


async def test_order_is_removed_by_a_supervisor_only(sign_in: SignIn, maria: str, services: Services) -> None:
    order = await services.customers.add_order(maria, NewOrder(number="A-1"), "system")
    assert (await (await sign_in("101")).post(f"/orders/{order.id}/remove")).status == 403
    assert len(await services.customers.orders(maria)) == 1
    await (await sign_in("sue")).post(f"/orders/{order.id}/remove")
    assert await services.customers.orders(maria) == ()


async def test_history_tells_an_amount_in_its_currency(sign_in: SignIn, services: Services) -> None:
    maria = await services.customers.create(NewCustomer(name="Maria"), "system")
    order = await services.customers.add_order(maria.id, NewOrder(number="A-1", amount=5000, currency="JPY"), "system")
    await services.customers.update_order(order.id, {"amount": 7000, "paid": 700}, "system")
    text = await (await (await sign_in("101")).get(f"/customers/{maria.id}")).text()
    changes = text[text.index('id="history"') :]
    assert re.findall(r'<(?:del|ins) dir="auto">(.*?)</', changes)[:4] == ["JP¥5,000", "JP¥7,000", "JP¥0", "JP¥700"]


async def test_all_that_is_wrong_is_told_at_once(agent: Client, maria: str, services: Services) -> None:
    form = {"title": " ", "currency": "ZZZ", "amount": "much", "paid": "-5", "url": "javascript:alert(1)"}
    text = await (await agent.post(f"/customers/{maria}/orders/new", data=form)).text()
    told = [name for name in ("number", "amount", "paid", "currency", "url") if f'id="f-{name}-d"' in text]
    assert (told, text.count('class="error"')) == (["number", "amount", "paid", "currency", "url"], 5)
    assert await services.customers.orders(maria) == ()


async def test_currency_is_that_of_the_last_order_else_of_the_site(
    agent: Client, maria: str, services: Services
) -> None:
    def chosen(text: str) -> list[str]:
        return re.findall(r'<option value="([A-Z]{3})" selected', text)

    address = f"/customers/{maria}/orders/new"
    text = await (await agent.get(address)).text()
    assert chosen(text) == ["EUR"]
    assert ("GBP · British Pound" in text, "DEM" in text) == (True, False)
    await services.customers.add_order(maria, NewOrder(number="A-1", currency="CHF"), "system")
    assert chosen(await (await agent.get(address)).text()) == ["CHF"]
