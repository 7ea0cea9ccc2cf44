"""The recent calls."""

import dataclasses

import pytest

from screenpop.customers.model import NewCustomer
from screenpop.facts import CallAnswered, CallEnded, CallRang, CallView, Party, Result
from tests.web.conftest import SignIn
from web.keys import Services

START = 1_700_000_000.0


async def log_call(
    services: Services,
    id_: str,
    number: str,
    to: tuple[str, ...] = ("101",),
    result: Result = "answered",
    name: str = "",
    line: str = "",
    queue: str = "",
) -> None:
    caller, by = Party(number, name), to[0] if result == "answered" else ""
    answered = START + 5 if by else None
    view = CallView(
        id=id_,
        direction="incoming",
        caller=caller,
        to=to,
        remote=caller,
        line=line,
        queue=queue,
        started_at=START,
        answered_at=answered,
        answered_by=by,
    )
    for agent in to:
        services.calls.apply(CallRang(call=view, at=START, agent=agent))
    if by:
        services.calls.apply(CallAnswered(call=view, at=START + 5, agent=by))
    ended = dataclasses.replace(view, ended_at=START + 192)
    services.calls.apply(CallEnded(call=ended, at=START + 192, result=result, talk_seconds=187 if by else 0))
    await services.calls.flush()


async def shown(sign_in: SignIn, login: str, address: str = "/calls") -> str:
    return await (await (await sign_in(login)).get(address)).text()


async def test_list_without_calls_says_what_will_be_there(sign_in: SignIn) -> None:
    assert "No calls yet" in await shown(sign_in, "101")


@pytest.mark.feature("CALL-31")
async def test_list_tells_who_when_how_long_and_what_came_of_it(sign_in: SignIn, services: Services) -> None:
    maria = await services.customers.create(NewCustomer(name="Maria <b>", numbers=(("+49301234567", ""),)), "system")
    await log_call(services, "c1", "+49301234567")
    await services.calls.set_note("c1", "Wants <i>it</i> blue", "system")
    text = await shown(sign_in, "101")
    for part in (
        f'href="/customers/{maria.id}"',
        "Maria &lt;b&gt;",
        "Answered",
        "3:07",
        "Name of 101",
        "Wants &lt;i&gt;it&lt;/i&gt; blue",
    ):
        assert part in text


async def test_agent_sees_own_calls_whatever_the_address_says(sign_in: SignIn, services: Services) -> None:
    await log_call(services, "mine", "+49301111111", ("101",))
    await log_call(services, "other", "+49302222222", ("102",))
    await log_call(services, "both", "+49303333333", ("102", "101"), "missed")
    for address in ("/calls", "/calls?agent=102", "/calls?q=030", "/calls?result=answered"):
        assert "+49 30 2222222" not in await shown(sign_in, "101", address)
    text = await shown(sign_in, "101")
    assert ("+49 30 1111111" in text, "+49 30 3333333" in text) == (True, True)
    everything = await shown(sign_in, "sue")
    assert ("+49 30 1111111" in everything, "+49 30 2222222" in everything) == (True, True)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=maria", {"1111111"}),
        ("q=030 222", {"2222222"}),
        ("q=BLUE", {"2222222"}),
        ("q=100%25", set()),
        ("result=missed", {"3333333"}),
        ("agent=102", {"2222222"}),
        ("direction=outgoing", set()),
        ("direction=incoming&result=missed&result=answered", {"1111111", "2222222", "3333333"}),
    ],
)
async def test_list_is_filtered(sign_in: SignIn, services: Services, query: str, found: set[str]) -> None:
    await log_call(services, "a", "+49301111111", name="Maria Caller")
    await log_call(services, "b", "+49302222222", ("102",))
    await log_call(services, "c", "+49303333333", result="missed")
    await services.calls.set_note("b", "Wants it blue", "system")
    text = await shown(sign_in, "sue", f"/calls?{query}")
    assert {number for number in ("1111111", "2222222", "3333333") if f"+49 30 {number}" in text} == found


@pytest.mark.feature("CALL-31")
async def test_number_of_several_is_told_and_can_be_settled(sign_in: SignIn, services: Services) -> None:
    people = [
        await services.customers.create(NewCustomer(name=name, numbers=(("+49301234567", ""),)), "system")
        for name in ("Maria", "Otto")
    ]
    await log_call(services, "c1", "+49301234567")
    agent = await sign_in("101")
    for page in ("/calls", "/"):
        text = await (await agent.get(page)).text()
        assert ("Several customers" in text, "/calls/c1/customer" in text) == (True, True)
        assert "/customers/new?number" not in text
    text = await (await agent.get("/calls/c1/customer")).text()
    assert ("Maria" in text, "Otto" in text) == (True, True)
    text = await (await agent.post("/calls/c1/customer", data={"customer": people[1].id})).text()
    assert ("Otto" in text, "Several customers" in text) == (True, False)


async def test_whose_call_it_was_is_for_those_who_may_see_it(sign_in: SignIn, services: Services) -> None:
    await log_call(services, "c1", "+49301234567")
    assert (await (await sign_in("102")).get("/calls/c1/customer")).status == 404
    assert (await (await sign_in("sue")).get("/calls/c1/customer")).status == 200
    assert (await (await sign_in("sue")).post("/calls/c1/customer", data={"customer": "nobody"})).status == 404


@pytest.mark.parametrize(("number", "name"), [("anonymous", "anonymous"), ("", "Anonymous"), ("unknown", "unknown")])
async def test_withheld_number_is_no_name(sign_in: SignIn, services: Services, number: str, name: str) -> None:
    await log_call(services, "c1", number, name=name)
    for page in ("/", "/calls", "/calls/missed?show=all"):
        text = await shown(sign_in, "101", page)
        assert f">{name}<" not in text
        assert "Number withheld" in text or "missed" in page


async def test_called_side_is_a_line_a_queue_an_extension_or_what_was_dialled(
    sign_in: SignIn, services: Services
) -> None:
    await services.lines.put("+49 30 555100", "Sales line", "Blue Boat", "system")
    await log_call(services, "a", "+49301111111", line="+4930555100")
    await log_call(services, "b", "+49302222222", line="700", queue="support")
    await log_call(services, "c", "+49303333333", line="101")
    await log_call(services, "d", "+49304444444", line="600")
    text = await shown(sign_in, "sue")
    for told in ("Line: Sales line", "Queue: support", "Extension: Name of 101", "Dialled number"):
        assert f'title="{told}' in text, told


async def test_agent_whose_phone_rang_did_not_give_up(sign_in: SignIn, services: Services) -> None:
    await log_call(services, "c1", "+49301234567", result="abandoned")
    text = await shown(sign_in, "sue")
    assert ("Caller gave up" in text, "Rang at: Name of 101" in text) == (True, True)


async def test_colleague_is_who_called_or_for_him_whom_he_called(sign_in: SignIn, services: Services) -> None:
    view = CallView(
        id="c1", direction="internal", caller=Party("101"), to=("102",), remote=Party("101"), started_at=START,
        answered_at=START + 5, answered_by="102", ended_at=START + 9,
    )  # fmt: skip
    services.calls.apply(CallEnded(call=view, at=START + 9, result="answered", talk_seconds=4))
    await services.calls.flush()
    for login, other in (("101", "102"), ("102", "101")):
        text = await shown(sign_in, login)
        assert f'title="Name of {other}">Name of {other}</bdi></span>' in text


async def test_sample_calls_are_for_the_demo_only(sign_in: SignIn) -> None:
    agent = await sign_in("101")
    assert (await agent.get("/calls/sample")).status == 404
    assert 'href="/calls/sample"' not in await (await agent.get("/calls")).text()
