"""Two customers become one."""

import pytest

from screenpop.customers.model import NewCustomer, NewOrder
from tests.web.conftest import SignIn
from web.keys import Services


async def two(services: Services) -> tuple[str, str]:
    keep = NewCustomer(name="Maria Gruber", city="Berlin", category="ordinary", numbers=(("030 1234567", ""),))
    gone = NewCustomer(
        name="M. Gruber", city="Hamburg", company="Blue Boat", numbers=(("0171 2345678", ""),), note="<b>"
    )
    made = [await services.customers.create(new, "system") for new in (keep, gone)]
    await services.customers.add_order(made[1].id, NewOrder(number="A-1"), "system")
    return made[0].id, made[1].id


async def test_merge_is_searched_as_one_types_without_the_customer_itself(sign_in: SignIn, services: Services) -> None:
    keep, gone = await two(services)
    text = await (await (await sign_in("sue")).get(f"/customers/{keep}/merge?q=gruber")).text()
    assert f"/customers/{keep}/merge?with={gone}" in text
    assert f"?with={keep}" not in text


async def test_merge_shows_what_differs_and_what_moves(sign_in: SignIn, services: Services) -> None:
    keep, gone = await two(services)
    text = await (await (await sign_in("sue")).get(f"/customers/{keep}/merge?with={gone}")).text()
    assert all(f'name="{field}" value="keep"' in text for field in ("name", "city", "company"))
    moves = text[text.index("What moves") :]
    assert ("+49 171 2345678" in moves, "1 order" in moves, "&lt;b&gt;" in moves) == (True, True, True)
    assert "+49 30 1234567" not in moves


async def test_merged_customer_has_the_chosen_values_and_the_other_leads_to_it(
    sign_in: SignIn, services: Services
) -> None:
    keep, gone = await two(services)
    sue = await sign_in("sue")
    form = {"with": gone, "name": "keep", "city": "gone", "company": "keep"}
    await sue.post(f"/customers/{keep}/merge", data=form)
    merged = await services.customers.get(keep)
    assert (merged.name, merged.city, merged.company) == ("Maria Gruber", "Hamburg", "")
    assert {each.e164 for each in merged.numbers} == {"+49301234567", "+491712345678"}
    assert [order.number for order in await services.customers.orders(keep)] == ["A-1"]
    answer = await sue.get(f"/customers/{gone}")
    assert answer.url.path == f"/customers/{keep}"


@pytest.mark.parametrize("method", ["get", "post"])
async def test_agent_cannot_merge(sign_in: SignIn, services: Services, method: str) -> None:
    keep, gone = await two(services)
    agent = await sign_in("101")
    address = f"/customers/{keep}/merge?with={gone}"
    answer = await (agent.get(address) if method == "get" else agent.post(address, data={"with": gone}))
    assert answer.status == 403
    assert (await services.customers.get(gone)).id == gone
    assert f"/customers/{keep}/merge" not in await (await agent.get(f"/customers/{keep}")).text()


async def test_customer_is_not_merged_with_itself(sign_in: SignIn, services: Services) -> None:
    keep, _ = await two(services)
    answer = await (await sign_in("sue")).post(f"/customers/{keep}/merge", data={"with": keep})
    assert (answer.status, (await services.customers.get(keep)).name) == (422, "Maria Gruber")
