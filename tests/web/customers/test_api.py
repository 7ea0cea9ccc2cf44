"""Customers as JSON."""

import pytest

from tests.web.conftest import SignIn
from web.keys import Services


@pytest.mark.feature("CALL-26", "CALL-27", "CALL-28")
async def test_program_makes_finds_and_completes_a_customer(sign_in: SignIn, services: Services) -> None:
    agent = await sign_in("101")
    made = await (await agent.post("/api/customers", json={"name": "Maria", "numbers": ["030 1234567"]})).json()
    found = await (await agent.get("/api/customers", params={"q": "1234"})).json()
    assert ([row["id"] for row in found["rows"]], found["more"]) == ([made["id"]], False)
    full = await (await agent.post(f"/api/customers/{made['id']}/numbers", json={"number": "0171 2345678"})).json()
    assert [each["e164"] for each in full["numbers"]] == ["+49301234567", "+491712345678"]
    again = await (await agent.get(f"/api/customers/{made['id']}")).json()
    assert (again["title"], again["numbers"]) == ("Maria", full["numbers"])


@pytest.mark.parametrize(
    ("body", "field"),
    [("{", ""), ('{"naem": "x"}', ""), ('{"numbers": ["hello"]}', "number"), ("{}", "name"), ('{"name": 5}', "")],
)
async def test_wrong_json_is_refused_in_one_shape(sign_in: SignIn, services: Services, body: str, field: str) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await (await sign_in("101")).post("/api/customers", data=body, headers=headers)
    error = (await answer.json())["error"]
    assert (answer.status, error["code"], error["field"]) == (422, "bad_input", field)
    assert (await services.customers.search("")).total == 0
