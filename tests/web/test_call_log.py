"""The call log's page: filters, where words were said, sums, columns, saved searches, and the files."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from zipfile import ZipFile

import msgspec
import openpyxl
import pytest
import sqlalchemy as sa
from aiohttp import ClientPayloadError

from screenpop.agents.rights import Permission
from screenpop.calls import text
from screenpop.calls.finder import CallPage
from screenpop.calls.search_plan import Asked
from screenpop.customers.model import NewCustomer
from screenpop.errors import BadInput
from screenpop.store.tables import audit, call, call_tag, recording, transcript
from tests.web.conftest import Client, SignIn
from tests.web.recorded import segments
from tests.web.test_calls import START, log_call, shown
from web.calls import exports
from web.calls.export_files import harmless
from web.keys import Services

pytestmark = pytest.mark.feature("CALL-31")
NUMBERS = {"a": "+49301111111", "b": "+49302222222", "c": "+49303333333"}


@pytest.fixture
async def calls(services: Services) -> None:
    """a: 101 took it, recorded, a good tone. b: 102 took it, tagged. c: missed by 101."""
    await log_call(services, "a", NUMBERS["a"], ("101",), name="Maria")
    await log_call(services, "b", NUMBERS["b"], ("102",), queue="support")
    await log_call(services, "c", NUMBERS["c"], ("101",), "missed")
    began = datetime.fromtimestamp(START, UTC)
    async with services.store.begin() as tx:
        values = {"recorded": True, "sentiment": 0.5, "score": 88.0, "started_at": began + timedelta(hours=1)}
        await tx.execute(sa.update(call).where(call.c.id == "a").values(values))
        values = {"wait_seconds": 30.0, "started_at": began + timedelta(minutes=1)}
        await tx.execute(sa.update(call).where(call.c.id == "b").values(values))
        await tx.execute(sa.insert(call_tag).values(call_id="b", tag="=1+1"))
        rows = {"id": "r", "call_id": "a", "state": "stored", "name": "r", "started_at": began}
        await tx.execute(sa.insert(recording).values(rows))
        said = msgspec.to_builtins(segments())
        await tx.execute(sa.insert(transcript).values(recording_id="r", call_id="a", segments=said, created_at=began))
        await text.refresh_many(tx, ["a", "b", "c"])


def listed(page: str) -> list[str]:
    """The calls of a page, in their order."""
    return re.findall(r'<tr data-call="(\w+)"', page)


@pytest.mark.usefixtures("calls")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "abc"),
        ("sort=-time", "cba"),
        ("from=2023-11-14&to=2023-11-14", "abc"),
        ("period=today", ""),
        ("direction=incoming&result=answered", "ab"),
        ("queue=support", "b"),
        ("number=030 333", "c"),
        ("min_talk=3:00", "ab"),
        ("max_talk=0", "c"),
        ("min_wait=20", "b"),
        ("tag==1%2B1", "b"),
        ("sentiment=good&min_score=80", "a"),
        ("recorded=yes", "a"),
        ("customer=unknown", "abc"),
        ("q=wheels tomorrow", "a"),
        ('q="brass wheels"', "a"),
        ('q="wheels brass"', ""),
        ("q=cancel*", "a"),
        ("q=maria", "a"),
        ("q=') OR (%22", ""),
        ("hour=22&agent=101", "c"),
    ],
)
@pytest.mark.feature("ANAL-05")
async def test_log_shows_what_the_address_asks_for(sign_in: SignIn, query: str, found: str) -> None:
    page = await shown(sign_in, "sue", f"/calls?{query}")
    assert listed(page) == list(found)
    assert ("No call fits" in page) == (not found)


@pytest.mark.usefixtures("calls")
async def test_filter_that_cannot_be_read_is_told_at_its_name(sign_in: SignIn) -> None:
    answer = await (await sign_in("sue")).get("/calls?min_talk=long&q=%3Cb%3E")
    page = await answer.text()
    assert (answer.status, "Talk from: Write seconds, or minutes as 3:00." in page, listed(page)) == (422, True, [])
    assert "No call fits" not in page


@pytest.mark.usefixtures("calls")
@pytest.mark.feature("ANAL-05", "ANAL+19")
async def test_hit_shows_the_words_and_leads_to_their_second(sign_in: SignIn) -> None:
    page = await shown(sign_in, "101", "/calls?q=wheels")
    link = re.search(r'<a class="log-hit[^"]*" href="([^"]+)"', page)
    assert link
    assert link[1].replace("&amp;", "&") == "/calls/a?part=r&t=19.8&q=wheels"
    assert "brass <mark>wheels</mark> leave" in page


def reasons(page: str) -> dict[str, str]:
    """Call -> what its row says about where the words stand."""
    rows = re.findall(r'<tr data-call="(\w+)"(?:(?!<tr ).)*<tr class="log-hit-row">(.*?)</tr>', page, re.DOTALL)
    return {id_: " ".join(re.sub(r"<(?!/?mark)[^>]*>", " ", row).split()) for id_, row in rows}


@pytest.mark.usefixtures("calls")
@pytest.mark.feature("ANAL-05")
async def test_every_call_says_where_the_words_stand(sign_in: SignIn, services: Services) -> None:
    agent = services.users.by_login("101")
    assert agent
    await services.calls.set_note("a", "Parcel on Friday", agent.id)
    kai = await services.customers.create(NewCustomer(name="Kai", company="Fast Parcel Ltd"), "system")
    async with services.store.begin() as tx:
        await tx.execute(sa.insert(call_tag).values(call_id="b", tag="parcel"))
        await tx.execute(sa.update(call).where(call.c.id == "b").values(disposition="wrong_number"))
        await tx.execute(sa.update(call).where(call.c.id == "c").values(customer_id=kai.id))
        await text.refresh_many(tx, ["b"])
    for query, expected in {
        "parcel": {
            "a": "<mark>Parcel</mark> on Friday",
            "b": "Tag <mark>parcel</mark>",
            "c": "Customer Fast <mark>Parcel</mark> Ltd",
        },
        "030 333": {"c": "Number <mark> +49 30 3333333 </mark>"},
        "maria": {"a": "Name <mark>Maria</mark>"},
        "parcel wrong": {"b": "Tag <mark>parcel</mark> Outcome <mark>Wrong number</mark>"},
    }.items():
        assert reasons(await shown(sign_in, "sue", f"/calls?q={query}")) == expected, query
    both = reasons(await shown(sign_in, "101", "/calls?q=friday wheels"))["a"]
    assert "<mark>wheels</mark>" in both
    assert "<mark>Friday</mark>" in both


@pytest.mark.usefixtures("calls")
async def test_words_are_neither_shown_to_nor_found_by_who_may_not_hear_them(
    sign_in: SignIn, services: Services
) -> None:
    agent = services.users.by_login("101")
    assert agent
    await services.calls.set_note("c", "Wants WHEELS in blue", agent.id)
    assert listed(await shown(sign_in, "101", "/calls?q=wheels")) == ["a", "c"]
    await services.users.entitle(agent.id, {Permission.LISTEN_OWN_RECORDINGS: False})
    page = await shown(sign_in, "101", "/calls?q=wheels")
    assert (listed(page), "brass" in page, "Wants <mark>WHEELS</mark>" in page) == (["c"], False, True)
    assert "Wants <mark>WHEELS</mark>" in await shown(sign_in, "101", "/calls?q=wheel")
    assert "1 call" in await shown(sign_in, "101", "/calls/totals?q=wheels")


@pytest.mark.usefixtures("calls")
async def test_chip_takes_one_filter_away(sign_in: SignIn) -> None:
    page = await shown(sign_in, "sue", "/calls?result=answered&result=missed&queue=support&sort=talk")
    offs = [each.replace("&amp;", "&") for each in re.findall(r'class="chip chip-off" href="([^"]+)"', page)]
    assert offs == [
        "/calls?result=answered&result=missed&sort=talk",
        "/calls?queue=support&result=missed&sort=talk",
        "/calls?queue=support&result=answered&sort=talk",
    ]


@pytest.mark.usefixtures("calls")
async def test_pages_lead_on_and_back(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.calls.listing.PAGE", 2)
    client = await sign_in("sue")
    first = await (await client.get("/calls")).text()
    on = re.search(r'rel="next" href="([^"]+)"', first)
    assert (listed(first), on is not None, 'rel="prev"' in first) == (["a", "b"], True, False)
    second = await (await client.get(on[1].replace("&amp;", "&") if on else "")).text()
    back = re.search(r'rel="prev" href="([^"]+)"', second)
    assert (listed(second), back is not None, 'rel="next"' in second) == (["c"], True, False)
    again = await (await client.get(back[1].replace("&amp;", "&") if back else "")).text()
    assert (listed(again), 'rel="prev"' in again) == (["a", "b"], False)
    assert (await client.get("/calls?after=nowhere")).status == 422


@pytest.mark.usefixtures("calls")
async def test_sums_are_those_of_the_calls_found(sign_in: SignIn) -> None:
    sue = await shown(sign_in, "sue", "/calls/totals")
    for told in ("3 calls", "67% answered", "talk 6:14", "mean wait 0:30"):
        assert told in sue
    assert "1 call<" in await shown(sign_in, "sue", "/calls/totals?queue=support")
    assert "2 calls" in await shown(sign_in, "101", "/calls/totals")


@pytest.mark.usefixtures("calls")
async def test_columns_are_remembered_for_each_person(sign_in: SignIn) -> None:
    client = await sign_in("sue")
    answer = await client.post("/calls/columns?queue=support", data={"column": ["tags", "queue", "nonsense"]})
    assert str(answer.url.path_qs) == "/calls?queue=support"
    head = re.search(r"<thead>.*?</thead>", await answer.text(), re.DOTALL)
    assert head
    assert re.findall(r'<th class="[^"]*?(col-[ml]|call-party|fit)"', head[0]) == [
        "fit",
        "call-party",
        "col-m",
        "col-l",
    ]
    assert "col-l" not in re.findall(r"<thead>.*?</thead>", await shown(sign_in, "101"), re.DOTALL)[0]


async def save(client: Client, name: str, query: str) -> str:
    """Save a search, and say what the page then shows."""
    answer = await client.post(f"/calls/filters?{query}", data={"name": name})
    assert answer.status == 200, await answer.text()
    return await answer.text()


def tabs(page: str) -> list[str]:
    """The saved searches that stand as tabs."""
    return re.findall(r'<a href="/calls\?[^"]*"[^>]*><bdi>([^<]*)</bdi></a>', page)


@pytest.mark.usefixtures("calls")
async def test_saved_filter_is_kept_renamed_shared_ordered_and_put_back(sign_in: SignIn, services: Services) -> None:
    sue, agent = await sign_in("sue"), await sign_in("101")
    await save(sue, "Support", "queue=support&page=9")
    page = await save(sue, "Missed <b>", "result=missed")
    assert tabs(page) == ["Support", "Missed &lt;b&gt;"]
    assert tabs(await (await agent.get("/calls")).text()) == []
    owner = services.users.by_login("sue")
    assert owner
    first, second = await services.filters.seen_by(owner.id)
    assert (first.query, second.query) == ("queue=support", "result=missed")
    await sue.post(f"/calls/filters/{second.id}/move", data={"by": "-1"})
    await sue.post(f"/calls/filters/{second.id}/rename", data={"name": "Missed"})
    await sue.post(f"/calls/filters/{second.id}/share", data={"shared": "1"})
    assert tabs(await (await sue.get("/calls")).text()) == ["Missed", "Support"]
    page = await (await agent.get("/calls?result=missed")).text()
    assert (tabs(page), listed(page)) == (["Missed"], ["c"])
    for act in ("rename", "share", "move", "delete"):
        assert (await agent.post(f"/calls/filters/{second.id}/{act}", data={"name": "x"})).status == 404
    await sue.post(f"/calls/filters/{first.id}/delete")
    assert tabs(await (await sue.get("/calls")).text()) == ["Missed"]
    again = {"name": first.name, "query": first.query, "shared": "", "sort": "0"}
    await sue.post(f"/calls/filters/{first.id}/restore", data=again)
    assert tabs(await (await sue.get("/calls")).text()) == ["Support", "Missed"]
    await save(sue, "Support", "queue=support&tag=x")
    assert [each.query for each in await services.filters.seen_by(owner.id)] == ["queue=support&tag=x", "result=missed"]


@pytest.mark.usefixtures("calls")
@pytest.mark.parametrize(
    ("query", "name", "status"),
    [("", "All", 422), ("queue=a", " ", 422), ("hour=99", "A", 422), ("tag=a", "b" * 61, 422)],
)
async def test_filter_without_a_name_or_a_search_is_refused(
    sign_in: SignIn, query: str, name: str, status: int
) -> None:
    answer = await (await sign_in("sue")).post(f"/calls/filters?{query}", data={"name": name})
    assert answer.status == status


async def read_csv(client: Client, query: str = "") -> list[dict[str, str]]:
    answer = await client.get(f"/calls/export.csv?{query}")
    body = await answer.read()
    assert (answer.status, body[:3]) == (200, b"\xef\xbb\xbf")
    assert re.fullmatch(r'attachment; filename="calls-[\d-]+\.csv"', answer.headers["Content-Disposition"])
    return list(csv.DictReader(io.StringIO(body[3:].decode())))


@pytest.mark.usefixtures("calls")
async def test_csv_has_the_same_calls_exact_figures_and_no_formula(
    sign_in: SignIn, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "CHUNK", 2)
    client = await sign_in("sue")
    rows = await read_csv(client)
    assert [row["Call"] for row in rows] == ["a", "b", "c"]
    b = rows[1]
    assert (b["Number"], b["Tags"], b["Talk (s)"], b["Wait (s)"]) == (NUMBERS["b"], "'=1+1", "187", "30")
    assert b["Time (UTC)"] == "2023-11-14 22:14:20"
    assert [row["Call"] for row in await read_csv(client, "result=answered&sort=-time")] == ["b", "a"]
    async with services.store.read() as tx:
        found = (await tx.execute(sa.select(audit).where(audit.c.action == "export").order_by(audit.c.id))).all()
    assert found[-1].changes == {"query": ["", "result=answered&sort=-time"], "format": ["", "csv"], "calls": ["", 2]}


@pytest.mark.usefixtures("calls")
async def test_workbook_has_the_same_calls_as_texts_figures_and_times(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "CHUNK", 2)
    answer = await (await sign_in("sue")).get("/calls/export.xlsx?sort=-time")
    body = await answer.read()
    assert ZipFile(io.BytesIO(body)).testzip() is None
    rows = list(openpyxl.load_workbook(io.BytesIO(body)).active.iter_rows(values_only=True))
    head = list(rows[0])
    assert [row[head.index("Call")] for row in rows[1:]] == ["c", "b", "a"]
    b = dict(zip(head, rows[2], strict=True))
    assert (b["Number"], b["Tags"], b["Talk (s)"]) == (NUMBERS["b"], "=1+1", 187)
    assert b["Time (UTC)"] == datetime(2023, 11, 14, 22, 14, 20)  # noqa: DTZ001  # a cell has no zone


@pytest.mark.usefixtures("calls")
async def test_times_of_the_file_are_those_of_the_readers_clock(sign_in: SignIn, services: Services) -> None:
    sue = services.users.by_login("sue")
    assert sue
    await services.users.change(sue.id, timezone="Europe/Berlin")
    assert (await read_csv(await sign_in("sue")))[1]["Time (Europe/Berlin)"] == "2023-11-14 23:14:20"


@pytest.mark.usefixtures("calls")
async def test_agent_gets_no_file(sign_in: SignIn) -> None:
    client = await sign_in("101")
    for ending in ("csv", "xlsx"):
        assert (await client.get(f"/calls/export.{ending}")).status == 403
    assert "/calls/export" not in await (await client.get("/calls")).text()


@pytest.mark.usefixtures("calls")
async def test_file_that_would_be_too_large_is_refused_in_words(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "MOST", 2)
    answer = await (await sign_in("sue")).get("/calls/export.csv")
    assert (answer.status, "more than 2 calls" in await answer.text()) == (422, True)


@pytest.mark.usefixtures("calls")
async def test_file_that_cannot_be_finished_is_broken_off_and_does_not_look_whole(
    sign_in: SignIn, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, places = services.finder.page, list[str]()

    async def too_slow(asked: Asked, limit: int, after: str = "", before: str = "") -> CallPage:
        places.append(after)
        if after:
            raise BadInput("This search takes too long. Choose a shorter period.", "q")
        return await page(asked, limit, after, before)

    monkeypatch.setattr(exports, "CHUNK", 2)
    monkeypatch.setattr(services.finder, "page", too_slow)
    answer = await (await sign_in("sue")).get("/calls/export.csv")
    with pytest.raises(ClientPayloadError):
        await answer.read()
    assert len(places) == 2


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("=1", "'=1"),
        ("+49301", "+49301"),
        ("+1+1", "'+1+1"),
        ("-2", "'-2"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("a=1", "a=1"),
    ],
)
def test_formula_is_made_harmless_and_a_number_stays(given: str, told: str) -> None:
    assert harmless(given) == told


@pytest.mark.usefixtures("calls")
async def test_nobody_finds_or_counts_the_calls_of_others(sign_in: SignIn) -> None:
    client = await sign_in("101")
    for query in ("", "agent=102", "queue=support", "number=2222", "q=2222222", "tag=%3D1%2B1", "sort=wait"):
        page = await (await client.get(f"/calls?{query}")).text()
        assert "b" not in listed(page)
        assert NUMBERS["b"] not in page
        sums = await (await client.get(f"/calls/totals?{query}")).text()
        assert "3 calls" not in sums
