"""The page of missed calls: who sees what, what can be done, and the count in every panel."""

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs

import pytest

from screenpop.errors import PbxRefused
from screenpop.facts import CallAnswered, CallEnded, CallView, Party, PbxLinkChanged
from tests.until import until
from tests.web.conftest import Client, Link, SignIn
from tests.web.live import Panel
from tests.web.test_calls import START, log_call
from web.keys import Services

pytestmark = pytest.mark.feature("CALL+06")
ANNA, BERT, CARL = "+49301234567", "+49302222222", "+49303333333"


async def missed(services: Services, id_: str, number: str, *to: str, name: str = "") -> None:
    await log_call(services, id_, number, to or ("101",), "missed", name)


async def text_of(client: Client, address: str = "/calls/missed") -> str:
    return await (await client.get(address)).text()


def rows(text: str) -> list[str]:
    return re.findall(r'<tr[^>]* data-call="([^"]+)"', text)


class Control:
    """Notes what is dialled, or refuses."""

    def __init__(self, refusal: str = "") -> None:
        self.dialled: list[tuple[str, str, str]] = []
        self.refusal = refusal

    async def originate(self, extension: str, number: str, caller_name: str = "") -> None:
        if self.refusal:
            raise PbxRefused(self.refusal)
        self.dialled.append((extension, number, caller_name))

    async def hang_up(self, call_id: str, extension: str) -> None: ...


@pytest.fixture
def control() -> Control:
    return Control()


@pytest.fixture
def services(services: Services, control: Control) -> Services:
    """The house, with a PBX that can be asked to call."""
    return replace(services, control=control)


# ---------------------------------------------------------------- the page


async def test_empty_list_says_what_will_appear(sign_in: SignIn) -> None:
    client = await sign_in("101")
    assert "Nobody is waiting for a call back" in await text_of(client)
    assert "No missed calls yet" in await text_of(client, "/calls/missed?show=all")


async def test_row_tells_who_when_how_long_where_and_what_became_of_it(sign_in: SignIn, services: Services) -> None:
    await services.lines.put("+49 30 555100", "Sales line", "Blue Boat", "system")
    caller = Party(ANNA, "Anna <b>")
    view = CallView(
        id="c1", direction="incoming", caller=caller, to=("101", "102"), remote=caller, line="+4930555100",
        queue="sales", started_at=START, ended_at=START + 75,
    )  # fmt: skip
    services.calls.apply(CallEnded(call=view, at=START + 75, result="abandoned"))
    await services.calls.flush()
    text = await text_of(await sign_in("101"))
    for part in ("Anna &lt;b&gt;", "+49 30 1234567", "1:15", "Sales line", "sales", "Name of 101", "Caller gave up"):
        assert part in text, part
    assert "<b>" not in text


async def test_call_back_stands_in_the_list_of_all(sign_in: SignIn, services: Services) -> None:
    await missed(services, "c1", ANNA)
    party = Party(ANNA)
    view = CallView(
        id="c2", direction="outgoing", caller=Party("102"), to=(ANNA,), remote=party, started_at=START + 600,
        answered_at=START + 610, answered_by="102",
    )  # fmt: skip
    services.calls.apply(CallAnswered(call=view, at=START + 610, agent="102"))
    await services.calls.flush()
    client = await sign_in("101")
    assert rows(await text_of(client)) == []
    (done,) = re.findall(
        r'title="Called back by Name of 102.*?</time>', await text_of(client, "/calls/missed?show=all"), re.DOTALL
    )
    assert f'datetime="{datetime.fromtimestamp(START + 610, UTC).isoformat(timespec="seconds")}"' in done


# ---------------------------------------------------------------- rights


async def test_an_agent_reaches_nobody_elses_missed_call_by_any_address(sign_in: SignIn, services: Services) -> None:
    await missed(services, "mine", ANNA, "101")
    await missed(services, "theirs", BERT, "102")
    client = await sign_in("101")
    for address in ("/calls/missed", "/calls/missed?show=all"):
        text = await text_of(client, address)
        assert (rows(text), "+49 30 2222222" in text) == (["mine"], False)
    for act in ("seen", "unseen", "call"):
        answer = await client.post(f"/calls/missed/theirs/{act}")
        assert (answer.status, "2222222" in await answer.text()) == (404, False)
    assert await (await client.get("/api/missed")).json() == {"open": 1}
    await client.post("/calls/missed/seen", data={"until": "2999-01-01T00:00:00+00:00"})
    assert rows(await text_of(await sign_in("sue"))) == ["theirs"]


async def test_a_stream_carries_only_the_own_count(sign_in: SignIn, services: Services) -> None:
    mine, theirs = await Panel.open(await sign_in("101")), await Panel.open(await sign_in("102"))
    supervisor = await Panel.open(await sign_in("sue"))
    await services.missed.tell()
    await until(lambda: mine.of("missed") and theirs.of("missed") and supervisor.of("missed"))
    await missed(services, "c1", BERT, "102")
    await services.missed.tell()
    await until(lambda: len(supervisor.of("missed")) == 2 and len(theirs.of("missed")) == 2)
    assert (theirs.of("missed")[-1], supervisor.of("missed")[-1]) == ({"open": 1}, {"open": 1})
    assert mine.of("missed") == [{"open": 0}]
    for panel in (mine, theirs, supervisor):
        await panel.close()


async def test_open_panels_hear_of_a_missed_call_by_themselves(sign_in: SignIn, services: Services) -> None:
    counting = asyncio.create_task(services.missed.run())
    panel = await Panel.open(await sign_in("101"))
    await missed(services, "c1", ANNA)
    await until(lambda: {"open": 1} in panel.of("missed"))
    await panel.client.post("/calls/missed/c1/seen")
    await until(lambda: panel.of("missed")[-1] == {"open": 0})
    assert await (await panel.client.get("/api/missed")).json() == panel.of("missed")[-1]
    await panel.close()
    counting.cancel()
    await asyncio.gather(counting, return_exceptions=True)


# ---------------------------------------------------------------- what can be done


async def test_seen_and_put_back_keep_the_view(sign_in: SignIn, services: Services) -> None:
    await missed(services, "c1", ANNA)
    client = await sign_in("101")
    seen = await client.post("/calls/missed/c1/seen?show=all")
    assert (seen.url.path_qs, rows(await seen.text())) == ("/calls/missed?show=all", ["c1"])
    assert "Seen by Name of 101" in await text_of(client, "/calls/missed?show=all")
    assert rows(await text_of(client)) == []
    await client.post("/calls/missed/c1/unseen")
    assert rows(await text_of(client)) == ["c1"]


async def test_mark_all_as_seen_leaves_what_came_meanwhile_and_is_undone(sign_in: SignIn, services: Services) -> None:
    await missed(services, "c1", ANNA)
    await missed(services, "c2", BERT)
    client = await sign_in("101")
    page = await text_of(client)
    await missed(services, "c3", CARL)
    (until_,) = re.findall(r'name="until" value="([^"]+)"', page)
    (undo,) = re.findall(r'data-undo-body="(since[^"]+)"', page)
    assert rows(await (await client.post("/calls/missed/seen", data={"until": until_})).text()) == ["c3"]
    body = {name: values[0] for name, values in parse_qs(undo.replace("&amp;", "&")).items()}
    again = await client.post("/calls/missed/unseen", data=body)
    assert rows(await again.text()) == ["c3", "c2", "c1"]


@pytest.mark.parametrize("moment", ["", "yesterday", "2024-01-01T00:00:00", "9" * 400])
async def test_mark_all_without_a_moment_is_refused(sign_in: SignIn, services: Services, moment: str) -> None:
    await missed(services, "c1", ANNA)
    client = await sign_in("101")
    assert (await client.post("/calls/missed/seen", data={"until": moment})).status == 422
    assert rows(await text_of(client)) == ["c1"]


@pytest.mark.feature("CALL+09")
async def test_call_back_rings_the_own_phone_first(sign_in: SignIn, services: Services, control: Control) -> None:
    await missed(services, "c1", ANNA, name="Anna")
    client = await sign_in("101")
    assert 'action="/calls/missed/c1/call"' in await text_of(client)
    assert (await client.post("/calls/missed/c1/call")).status == 200
    assert control.dialled == [("101", ANNA, "Anna")]


@pytest.mark.feature("CALL+09")
async def test_call_back_without_the_pbx_is_left_to_the_browsers_phone(sign_in: SignIn, services: Services) -> None:
    assert isinstance(services.pbx, Link)
    services.pbx.state = PbxLinkChanged(up=False, state="away")
    await missed(services, "c1", ANNA)
    await missed(services, "c2", "anonymous")
    text = await text_of(await sign_in("101"))
    assert (re.findall(r'href="(tel:[^"]+)"', text), "/call" in text.replace("/calls", "")) == ([f"tel:{ANNA}"], False)


async def test_call_back_of_one_who_sits_nowhere_is_left_to_the_browsers_phone(
    sign_in: SignIn, services: Services
) -> None:
    await missed(services, "c1", ANNA)
    client = await sign_in("sue")
    assert f'href="tel:{ANNA}"' in await text_of(client)
    assert (await client.post("/calls/missed/c1/call")).status == 422


async def test_call_back_that_cannot_be_says_why(sign_in: SignIn, services: Services, control: Control) -> None:
    control.refusal = "101 did not answer"
    await missed(services, "c1", ANNA)
    await missed(services, "c2", "anonymous")
    client = await sign_in("101")
    refused = await client.post("/calls/missed/c1/call")
    assert (refused.status, "101 did not answer" in await refused.text()) == (502, True)
    assert (await client.post("/calls/missed/c2/call")).status == 422
