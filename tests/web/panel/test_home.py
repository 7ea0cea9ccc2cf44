"""The home page: whose calls it lists, and what it says where there are none."""

import pytest

from screenpop.calls.log import CallLog
from screenpop.facts import CallEnded, CallRang, CallView, Party
from tests.web.calls import Call
from tests.web.conftest import SignIn
from web.keys import Services


async def log_call(calls: CallLog, call_id: str, agent: str, number: str) -> None:
    caller = Party(number, "Somebody <b>else</b>")
    view = CallView(
        id=call_id, direction="incoming", caller=caller, to=(agent,), remote=caller, started_at=1_700_000_000.0
    )
    calls.apply(CallRang(call=view, at=1_700_000_000.0, agent=agent))
    calls.apply(CallEnded(call=view, at=1_700_000_009.0, result="missed"))
    await calls.flush()


async def test_home_without_calls_says_what_will_be_here(sign_in: SignIn) -> None:
    text = await (await (await sign_in("101")).get("/")).text()
    assert "No calls yet" in text
    assert "Your phone: 101" in text


@pytest.mark.feature("CALL-31")
async def test_home_lists_own_calls_and_nobody_elses(sign_in: SignIn, services: Services) -> None:
    await log_call(services.calls, "a", "101", "+49301234567")
    await log_call(services.calls, "b", "102", "+49307654321")
    text = await (await (await sign_in("101")).get("/?calls=all")).text()
    assert "+49 30 1234567" in text
    assert "+49 30 7654321" not in text
    assert "Somebody &lt;b&gt;else&lt;/b&gt;" in text


async def test_home_keeps_the_calls_of_whoever_sat_there_before_from_the_next_one(
    sign_in: SignIn, services: Services
) -> None:
    call = Call(services.bus, "+49301234567")
    call.rings("101")
    call.answers("101")
    call.ends("answered")
    await services.calls.flush()
    next_one = services.users.by_login("102")
    assert next_one
    await services.users.sit(next_one.id, ["101"])
    pages = [await (await (await sign_in(login)).get("/")).text() for login in ("101", "102")]
    assert ["+49 30 1234567" in page for page in pages] == [True, False]


async def test_home_says_whose_phone_rings_and_who_talks(sign_in: SignIn, services: Services) -> None:
    client, caller = await sign_in("sue"), Party("+49301234567")
    view = CallView(
        id="c", direction="incoming", caller=caller, to=("101", "102"), remote=caller, started_at=1.0,
        agents=("101", "102"), talking=("102",),
    )  # fmt: skip
    services.bus.publish(CallRang(call=view, at=1.0, agent="101"))
    text = await (await client.get("/")).text()
    people = text[text.index('id="people"') :].split("<li ")
    assert [(word in people[1], word in people[2]) for word in ("Ringing", "Talking")] == [(True, False), (False, True)]


async def test_home_of_a_supervisor_lists_everybodys_calls(sign_in: SignIn, services: Services) -> None:
    await log_call(services.calls, "a", "101", "+49301234567")
    await log_call(services.calls, "b", "102", "+49307654321")
    text = await (await (await sign_in("sue")).get("/")).text()
    assert ("+49 30 1234567" in text, "+49 30 7654321" in text) == (True, True)


async def test_palette_finds_customers_and_escapes_them(sign_in: SignIn, services: Services) -> None:
    from screenpop.customers.model import NewCustomer

    await services.customers.create(NewCustomer(name="Zoë <script>", numbers=(("+49301234567", ""),)), "system")
    text = await (await (await sign_in("101")).get("/find?q=zoe")).text()
    assert "Zoë &lt;script&gt;" in text
    assert 'role="option"' in text
    assert (await (await (await sign_in("101")).get("/find?q=nobody")).text()).strip() == ""
