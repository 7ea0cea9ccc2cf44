import pytest

from agi.handlers.lookup import lookup
from agi.request import parse
from screenpop.callers import Caller
from tests.agi.peers import KnownCallers, header

ANA = Caller(matches=1, customer_id="01h", name="Ana", category="VIP", responsible="102", vip=True)
NOTHING = {
    "RINGDESK_FOUND": "0",
    "RINGDESK_CUSTOMER": "",
    "RINGDESK_NAME": "",
    "RINGDESK_CATEGORY": "",
    "RINGDESK_RESPONSIBLE": "",
    "RINGDESK_VIP": "0",
}
CALLERS = {"n442079460000": ANA, "n15550001": Caller(matches=2)}


async def _asked(*arguments: str, **changed: str) -> dict[str, str]:
    return dict(await lookup(parse(header(*arguments, **changed)[:-2]), KnownCallers(**CALLERS)))


@pytest.mark.feature("CALL-04")
async def test_known_caller_is_described() -> None:
    assert await _asked() == {
        "RINGDESK_FOUND": "1",
        "RINGDESK_CUSTOMER": "01h",
        "RINGDESK_NAME": "Ana",
        "RINGDESK_CATEGORY": "VIP",
        "RINGDESK_RESPONSIBLE": "102",
        "RINGDESK_VIP": "1",
    }


async def test_unknown_caller_clears_what_was_set_before() -> None:
    assert await _asked(agi_callerid="999") == NOTHING


async def test_withheld_caller_is_nobody() -> None:
    assert await _asked(agi_callerid="unknown") == NOTHING


@pytest.mark.feature("CALL+05")
async def test_several_matches_are_counted_and_nobody_is_named() -> None:
    assert await _asked(agi_callerid="+15550001") == {**NOTHING, "RINGDESK_FOUND": "2"}


async def test_number_given_by_the_dialplan_goes_before_the_channels() -> None:
    assert (await _asked("number=+442079460000", agi_callerid="999"))["RINGDESK_NAME"] == "Ana"


async def test_name_goes_on_the_display_when_asked_for() -> None:
    assert (await _asked("callerid"))["CALLERID(name)"] == "Ana"


async def test_display_is_left_alone_when_the_caller_is_unknown() -> None:
    assert "CALLERID(name)" not in await _asked("callerid", agi_callerid="999")
