"""Sample calls from the demo's panel."""

import dataclasses
from typing import Any

import pytest

from screenpop.customers.model import NewCustomer
from screenpop.errors import BadInput
from screenpop.pbx import NOBODY_HAS, SamplePlace
from tests.web.conftest import SignIn
from web.keys import Services

FORM = {"from": "+49301234567", "to": "101", "ring": "4", "talk": "10", "name": "X"}


class Demo:
    """Notes what it is asked."""

    def __init__(self) -> None:
        self.placed: list[tuple[str, str, dict[str, Any]]] = []
        self.places = (SamplePlace("101", "extension", "Ada"), SamplePlace("700", "queue", "support"))

    async def place(self, from_number: str, to_extension: str, **rest: Any) -> None:
        if to_extension == "999":
            raise BadInput(NOBODY_HAS, "to", number="999")
        self.placed.append((from_number, to_extension, rest))


@pytest.fixture
def demo() -> Demo:
    return Demo()


@pytest.fixture
async def services(services: Services, demo: Demo) -> Services:
    return dataclasses.replace(services, demo=demo)


async def test_sample_call_is_placed_by_the_button(sign_in: SignIn, demo: Demo) -> None:
    agent = await sign_in("101")
    assert 'href="/calls/sample"' in await (await agent.get("/calls")).text()
    assert "The phone rings." in await (await agent.post("/calls/sample", data=FORM)).text()
    assert demo.placed == [("+49301234567", "101", {"name": "X", "ring": 4.0, "talk": 10.0, "answer": False})]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"to": "999"}, "Nobody has the number 999."),
        ({"from": "call me"}, "not a phone number"),
        ({"ring": "long"}, "Write seconds, from 0 to 600."),
    ],
)
async def test_sample_call_that_cannot_be_is_told(
    sign_in: SignIn, demo: Demo, change: dict[str, str], words: str
) -> None:
    answer = await (await sign_in("101")).post("/calls/sample", data=FORM | change)
    assert (answer.status >= 400, words in await answer.text(), demo.placed) == (True, True, [])


@pytest.mark.parametrize(
    ("caller", "number"),
    [
        ({"from": "030 1234567"}, "+49301234567"),
        ({"from": "anonymous"}, "anonymous"),
        ({"from": "", "customer": "+49301234567"}, "+49301234567"),
        ({"from": "102", "customer": "+49301234567"}, "102"),
    ],
)
async def test_caller_is_a_customer_or_a_number_in_any_notation(
    sign_in: SignIn, demo: Demo, caller: dict[str, str], number: str
) -> None:
    await (await sign_in("101")).post("/calls/sample", data=FORM | caller)
    assert [placed[0] for placed in demo.placed] == [number]


async def test_form_offers_customers_and_what_can_be_called(sign_in: SignIn, services: Services) -> None:
    await services.customers.create(NewCustomer(name="Maria", numbers=(("+49301234567", ""),)), "system")
    text = await (await (await sign_in("101")).get("/calls/sample")).text()
    for option in ("Maria · +49 30 1234567", "700 · Queue support"):
        assert option in text
    assert '<option value="101" selected>101 · Ada</option>' in text
