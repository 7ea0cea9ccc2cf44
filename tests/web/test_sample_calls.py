"""Sample calls from the demo's panel."""

import dataclasses
from typing import Any

import pytest

from screenpop.errors import PbxRefused
from tests.web.conftest import SignIn
from web.keys import Services

FORM = {"from": "+49301234567", "to": "101", "ring": "4", "talk": "10", "name": "X"}


class Demo:
    """Notes what it is asked."""

    def __init__(self) -> None:
        self.placed: list[tuple[str, str, dict[str, Any]]] = []

    async def place(self, from_number: str, to_extension: str, **rest: Any) -> None:
        if to_extension == "999":
            raise PbxRefused("Nothing rang at 999.")
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
    [({"to": "999"}, "Nothing rang at 999."), ({"ring": "long"}, "Write seconds, from 0 to 600.")],
)
async def test_sample_call_that_cannot_be_is_told(
    sign_in: SignIn, demo: Demo, change: dict[str, str], words: str
) -> None:
    answer = await (await sign_in("101")).post("/calls/sample", data=FORM | change)
    assert (answer.status >= 400, words in await answer.text(), demo.placed) == (True, True, [])
