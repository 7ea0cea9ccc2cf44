"""Pops from call facts to open panels, through the real store, template and stream."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest

from screenpop.core import Core
from screenpop.customers.model import NewCustomer, NewOrder
from screenpop.facts import CallMerged
from tests.until import until
from tests.web.calls import Call
from tests.web.conftest import SignIn
from tests.web.live import Panel
from web.keys import Services

ANN = "+493012345678"
Open = Callable[[str], Awaitable[Panel]]


@pytest.fixture
async def open_panel(sign_in, services: Services) -> AsyncIterator[Open]:
    """`await open_panel("101")`: this user's panel in a browser of its own."""
    panels: list[Panel] = []

    async def opened(login: str) -> Panel:
        panels.append(await Panel.open(await sign_in(login)))
        return panels[-1]

    yield opened
    for panel in panels:
        await panel.close()


async def add_ann(core: Core, **changes) -> str:
    new = NewCustomer(name="Ann Boat", company="Boat & Co", numbers=((ANN, "mobile"),), **changes)
    return (await core.customers.create(new, "system")).id


def the_pop(panel: Panel) -> dict:
    (pop,) = panel.pops.values()
    return pop


@pytest.mark.feature("CALL-01", "CALL-02", "CALL-04", "CALL-21")
async def test_card_appears_by_itself_while_the_phone_rings(core: Core, open_panel: Open) -> None:
    await add_ann(core)
    panel = await open_panel("101")
    call = Call(core.bus, ANN)
    call.starts()
    call.rings("101")
    await until(lambda: panel.pops and the_pop(panel)["title"] == "Ann Boat")
    assert the_pop(panel)["state"] == "ringing"
    assert "Boat &amp; Co" in the_pop(panel)["html"]


@pytest.mark.feature("CALL+01")
async def test_pop_is_nobody_elses(core: Core, open_panel: Open) -> None:
    await add_ann(core)
    mine, theirs, boss = await open_panel("101"), await open_panel("102"), await open_panel("admin")
    Call(core.bus, ANN).rings("101")
    await until(lambda: mine.pops)
    core.hub.publish("notice", "{}", None)
    await until(lambda: theirs.of("notice") and boss.of("notice"))
    assert [theirs.of("pop"), boss.of("pop"), await theirs.snapshot(), await boss.snapshot()] == [[], [], {}, {}]


async def test_pop_of_another_cannot_be_touched(core: Core, open_panel: Open) -> None:
    mine, theirs = await open_panel("101"), await open_panel("102")
    Call(core.bus, ANN).rings("101")
    await until(lambda: mine.pops)
    for action in ("dismiss", "choose", "note", "customer", "number"):
        answer = await theirs.client.post(f"/api/pops/c1-101/{action}", json={"text": "x", "name": "x"})
        assert answer.status == 404
    assert the_pop(mine)["state"] == "ringing"


@pytest.mark.feature("CALL+07")
async def test_popups_off_means_off_at_once_and_everywhere(core: Core, open_panel: Open) -> None:
    panel = await open_panel("101")
    user = core.users.by_login("101")
    assert user
    call = Call(core.bus, ANN)
    call.rings("101")
    await until(lambda: panel.pops)
    await core.users.prefer(user.id, {"popups_on": False})
    await until(lambda: not panel.pops)
    Call(core.bus, ANN, id="c2").rings("101")
    assert await panel.snapshot() == {}
    await core.users.prefer(user.id, {"popups_on": True})
    await until(lambda: len(panel.pops) == 2)


async def test_pop_follows_the_user_to_another_extension(core: Core, open_panel: Open) -> None:
    panel = await open_panel("101")
    user = core.users.by_login("101")
    assert user
    Call(core.bus, ANN).rings("103")
    assert await panel.snapshot() == {}
    await core.users.sit(user.id, ["103"])
    await until(lambda: panel.pops)
    await core.users.sit(user.id, [])
    await until(lambda: not panel.pops)


async def test_call_that_is_over_is_not_shown_to_who_takes_the_extension_later(core: Core, open_panel: Open) -> None:
    mine, later = await open_panel("101"), await open_panel("102")
    user = core.users.by_login("102")
    assert user
    call = Call(core.bus, ANN)
    call.rings("101")
    call.ends()
    await until(lambda: mine.pops and the_pop(mine)["state"] == "missed")
    await core.users.sit(user.id, ["101"])
    Call(core.bus, ANN, id="c2").rings("101")
    await until(lambda: list(later.pops) == ["c2-101"])
    assert set(await mine.snapshot()) == {"c1-101", "c2-101"}


@pytest.mark.feature("CALL+02")
async def test_ring_group_shows_each_agent_what_became_of_the_call(core: Core, open_panel: Open) -> None:
    one, two = await open_panel("101"), await open_panel("102")
    call = Call(core.bus, ANN)
    call.rings("101", "102")
    call.stops_ringing("101", "answered_elsewhere", by="102")
    call.answers("102")
    call.ends()
    await until(lambda: two.pops and the_pop(two)["state"] == "ended")
    await until(lambda: the_pop(one)["by"] == "102")
    assert the_pop(one)["state"] == "answered_elsewhere"


@pytest.mark.feature("CALL-34", "NOTE-06")
async def test_snapshot_and_events_since_equal_a_fresh_snapshot(core: Core, open_panel: Open) -> None:
    ann = await add_ann(core)
    first = Call(core.bus, ANN, id="c1")
    first.starts()
    first.rings("101", "102")
    panel = await open_panel("101")
    first.answers("101")
    second = Call(core.bus, "+491701234567", id="c2")
    second.rings("101")
    await core.customers.set_note(ann, "Careful", "system")
    await panel.client.post("/api/pops/c1-101/note", json={"text": "wants a boat", "result": "call_back"})
    second.ends("abandoned")
    core.bus.publish(CallMerged(call=first.view, at=9.0, gone="c2"))
    await until(lambda: "Careful" in panel.pops["c1-101"]["html"] and "wants a boat" in panel.pops["c1-101"]["html"])
    assert panel.pops == await panel.snapshot()


async def test_panel_that_comes_back_gets_what_it_missed(core: Core, open_panel: Open) -> None:
    panel = await open_panel("101")
    call = Call(core.bus, ANN)
    call.rings("101")
    await until(lambda: panel.pops)
    last_id = panel.last_id
    await panel.close()
    call.answers("101")
    again = await Panel.open(panel.client, last_id)
    await until(lambda: again.pops)
    assert the_pop(again)["state"] == "answered"
    await again.close()


@pytest.mark.feature("CALL-25", "CALL-26", "CALL-27")
async def test_unknown_caller_becomes_a_customer_on_the_card(core: Core, open_panel: Open) -> None:
    panel = await open_panel("101")
    Call(core.bus, ANN).rings("101")
    await until(lambda: panel.pops)
    assert the_pop(panel)["title"] == the_pop(panel)["number"]
    answer = await panel.client.post("/api/pops/c1-101/customer", json={"name": "Ann Boat", "note": "VIP"})
    assert (await answer.json())["pop"]["title"] == "Ann Boat"
    await until(lambda: the_pop(panel)["title"] == "Ann Boat")
    Call(core.bus, ANN, id="c2").rings("101")
    await until(lambda: len(panel.pops) == 2)
    assert panel.pops["c2-101"]["title"] == "Ann Boat"
    assert panel.pops == await panel.snapshot()


async def test_new_customer_needs_a_name(core: Core, open_panel: Open) -> None:
    panel = await open_panel("101")
    Call(core.bus, ANN).rings("101")
    await until(lambda: panel.pops)
    answer = await panel.client.post("/api/pops/c1-101/customer", json={"name": "  "})
    assert answer.status == 422
    assert (await answer.json())["error"]["field"] == "name"


@pytest.mark.feature("CALL-28", "CALL-29")
async def test_number_is_added_to_a_customer_there_is(core: Core, open_panel: Open) -> None:
    ann, panel = await add_ann(core), await open_panel("101")
    Call(core.bus, "+491701234567").rings("101")
    await until(lambda: panel.pops)
    found = await panel.client.get("/api/pops/c1-101/candidates", params={"q": "ann bo"})
    assert [row["id"] for row in (await found.json())["rows"]] == [ann]
    answer = await panel.client.post("/api/pops/c1-101/number", json={"customer_id": ann})
    assert (await answer.json())["pop"]["title"] == "Ann Boat"
    assert len((await core.customers.get(ann)).numbers) == 2


@pytest.mark.feature("CALL+05")
async def test_several_matches_are_a_choice_that_is_remembered_for_the_call(core: Core, open_panel: Open) -> None:
    ann = await add_ann(core)
    bea = await core.customers.create(NewCustomer(name="Bea Boat", numbers=((ANN, ""),)), "system")
    one, two = await open_panel("101"), await open_panel("102")
    call = Call(core.bus, ANN)
    call.rings("101", "102")
    await until(lambda: one.pops and two.pops)
    assert ("Ann Boat" in the_pop(one)["html"], "Bea Boat" in the_pop(one)["html"]) == (True, True)
    assert the_pop(one)["title"] == the_pop(one)["number"]
    answer = await one.client.post("/api/pops/c1-101/choose", json={"customer_id": bea.id})
    assert (await answer.json())["pop"]["title"] == "Bea Boat"
    await until(lambda: the_pop(two)["title"] == "Bea Boat")
    assert (await core.calls.get("c1")).customer_id == bea.id
    await one.client.post("/api/pops/c1-101/choose", json={"customer_id": ""})
    await until(lambda: the_pop(two)["title"] == the_pop(two)["number"])
    assert (await one.client.post("/api/pops/c1-101/choose", json={"customer_id": "nobody"})).status == 422
    assert ann != bea.id


async def test_note_and_result_are_kept_and_come_back_with_the_page(core: Core, open_panel: Open) -> None:
    panel = await open_panel("101")
    call = Call(core.bus, ANN)
    call.rings("101")
    call.answers("101")
    call.ends()
    await until(lambda: panel.pops)
    answer = await panel.client.post("/api/pops/c1-101/note", json={"text": "</textarea>hi", "result": "call_back"})
    assert answer.status == 200
    assert "&lt;/textarea&gt;hi" in (await panel.snapshot())["c1-101"]["html"]
    logged = await core.calls.get("c1")
    assert ([note.text for note in logged.notes], logged.disposition) == (["</textarea>hi"], "call_back")


async def test_note_typed_on_a_card_that_the_service_forgot_is_still_saved(core: Core, open_panel: Open) -> None:
    mine, theirs = await open_panel("101"), await open_panel("102")
    call = Call(core.bus, ANN)
    call.starts()
    call.view = replace(call.view, to=("101",))
    call.ends()
    await core.calls.flush()
    answer = await mine.client.post("/api/pops/c1-101/note", json={"text": "late"})
    assert (answer.status, await answer.json()) == (200, {"pop": None})
    assert [note.text for note in (await core.calls.get("c1")).notes] == ["late"]
    for forged in ("c1-101", "c1-102", "c2-102", "nothing"):
        assert (await theirs.client.post(f"/api/pops/{forged}/note", json={"text": "x"})).status == 404


async def test_note_and_choice_of_a_call_that_outlived_a_restart_are_on_its_card(core: Core, open_panel: Open) -> None:
    ann, user = await add_ann(core), core.users.by_login("101")
    assert user
    await core.customers.create(NewCustomer(name="Bea Boat", numbers=((ANN, ""),)), "system")
    call = Call(core.bus, ANN)
    call.starts()
    await core.calls.set_note("c1", "said before", user.id)
    await core.calls.set_result("c1", "call_back", user.id)
    await core.calls.assign_customer("c1", ann, user.id)
    panel = await open_panel("101")
    call.answers("101")
    await until(lambda: panel.pops and "said before" in the_pop(panel)["html"])
    assert the_pop(panel)["title"] == "Ann Boat"
    assert panel.pops == await panel.snapshot()


async def test_dismissed_pop_is_gone_and_comes_back_when_it_rings_anew(core: Core, open_panel: Open) -> None:
    panel = await open_panel("101")
    call = Call(core.bus, ANN)
    call.rings("101")
    call.stops_ringing("101", "no_answer")
    await until(lambda: panel.pops)
    assert (await panel.client.post("/api/pops/c1-101/dismiss")).status == 204
    await until(lambda: not panel.pops)
    call.rings("101")
    await until(lambda: panel.pops)
    assert panel.pops == await panel.snapshot()


async def test_dismissed_pop_stays_away_while_its_call_goes_on(core: Core, open_panel: Open) -> None:
    panel = await open_panel("101")
    call = Call(core.bus, ANN)
    call.rings("101")
    await until(lambda: panel.pops)
    await panel.client.post("/api/pops/c1-101/dismiss")
    call.answers("101")
    call.ends()
    assert await panel.snapshot() == {}


HOSTILE = '<script>alert(1)</script>\r\nX: y\x00" onload="' + "A" * 300


async def test_hostile_caller_name_is_only_text(core: Core, open_panel: Open) -> None:
    panel = await open_panel("101")
    Call(core.bus, '<img src=x onerror="alert(2)">', name=HOSTILE).rings("101")
    await until(lambda: panel.pops)
    html = the_pop(panel)["html"]
    assert "<script" not in html
    assert "<img src=x" not in html
    assert 'onload="A' not in html
    assert "A" * 200 not in html


async def test_card_of_a_slow_store_shows_the_number_first(core: Core, open_panel: Open, monkeypatch) -> None:
    panel = await open_panel("101")
    await add_ann(core)
    gate = __import__("asyncio").Event()
    real = core.customers.snapshot

    async def slow(customer_id: str):
        await gate.wait()
        return await real(customer_id)

    monkeypatch.setattr(core.customers, "snapshot", slow, raising=False)
    Call(core.bus, ANN).rings("101")
    await until(lambda: panel.pops)
    assert the_pop(panel)["title"] == the_pop(panel)["number"]
    gate.set()
    await until(lambda: the_pop(panel)["title"] == "Ann Boat")


@pytest.mark.feature("CALL-13", "CALL-14", "CALL-15", "CALL-16")
async def test_orders_and_debt_are_on_the_card(core: Core, open_panel: Open) -> None:
    ann, panel = await add_ann(core), await open_panel("101")
    new = NewOrder(number="B-7", title="Dinghy", stage="In paint", responsible="Mia", amount=90000, currency="EUR")
    await core.customers.add_order(ann, new, "system")
    Call(core.bus, ANN).rings("101")
    await until(lambda: panel.pops)
    html = the_pop(panel)["html"]
    assert [word for word in ("B-7", "Dinghy", "In paint", "Mia", "900.00") if word not in html] == []


@pytest.mark.feature("CALL-06", "CALL-08", "CALL-19", "CALL-20", "CALL+03")
async def test_line_direction_extension_and_agent_are_on_the_card(core: Core, open_panel: Open) -> None:
    await core.lines.put("+49 30 555 0000", "Sales", "Red Boat", "system")
    panel = await open_panel("101")
    Call(core.bus, ANN, line="+49305550000").rings("101")
    Call(core.bus, ANN, id="c2", direction="outgoing").rings("101")
    await until(lambda: len(panel.pops) == 2)
    incoming, outgoing = panel.pops["c1-101"], panel.pops["c2-101"]
    assert (incoming["line"], outgoing["line"]) == ("Red Boat", "Blue Boat")
    assert "INCOMING" in incoming["html"]
    assert "OUTGOING" in outgoing["html"]
    assert incoming["html"].index(">101<") < incoming["html"].index("Name of 101")


@pytest.mark.feature("CALL-05", "CALL-22")
async def test_layout_of_a_line_is_followed_at_once(core: Core, open_panel: Open) -> None:
    await add_ann(core, note="Careful")
    panel = await open_panel("101")
    Call(core.bus, ANN).rings("101")
    await until(lambda: panel.pops)
    assert ("Careful" in the_pop(panel)["html"], "card-photo" in the_pop(panel)["html"]) == (True, True)
    await core.layouts.save("company:blue boat", ["line", "direction", "name", "number"], False, "system")
    await until(lambda: "Careful" not in the_pop(panel)["html"])
    assert "card-photo" not in the_pop(panel)["html"]


async def test_withheld_caller_is_recognised_and_the_call_is_that_customers(core: Core, open_panel: Open) -> None:
    ann, panel = await add_ann(core), await open_panel("101")
    Call(core.bus, "anonymous").rings("101")
    await until(lambda: panel.pops)
    assert the_pop(panel)["title"] == ""
    answer = await panel.client.post("/api/pops/c1-101/choose", json={"customer_id": ann})
    assert (await answer.json())["pop"]["title"] == "Ann Boat"
    assert (await core.calls.get("c1")).customer_id == ann
    assert len((await core.customers.get(ann)).numbers) == 1
    Call(core.bus, "anonymous", id="c2").rings("101")
    await until(lambda: len(panel.pops) == 2)
    assert panel.pops["c2-101"]["title"] == ""
    await panel.client.post("/api/pops/c1-101/choose", json={"customer_id": ""})
    await until(lambda: panel.pops["c1-101"]["title"] == "")


async def test_result_can_be_taken_back(core: Core, open_panel: Open) -> None:
    panel = await open_panel("101")
    Call(core.bus, ANN).rings("101")
    await until(lambda: panel.pops)
    for result in ("done", ""):
        await panel.client.post("/api/pops/c1-101/note", json={"result": result})
        assert (await core.calls.get("c1")).disposition == result


async def test_candidates_have_numbers_as_this_country_writes_them(core: Core, open_panel: Open) -> None:
    panel = await open_panel("101")
    await add_ann(core)
    await core.customers.create(NewCustomer(name="Anne", numbers=(("+33199001234", ""),)), "system")
    Call(core.bus, "anonymous").rings("101")
    await until(lambda: panel.pops)
    found = await (await panel.client.get("/api/pops/c1-101/candidates", params={"q": "ann"})).json()
    assert {row["number"] for row in found["rows"]} == {"030 12345678", "+33 1 99 00 12 34"}
    assert "+33 1 99 00 12 34" in await (await panel.client.get("/find", params={"q": "anne"})).text()


async def test_card_that_was_put_away_stays_away_after_the_next_sign_in(
    core: Core, open_panel: Open, sign_in: SignIn
) -> None:
    panel = await open_panel("101")
    call = Call(core.bus, ANN)
    call.rings("101")
    await until(lambda: panel.pops)
    call.ends("missed")
    await until(lambda: the_pop(panel)["state"] == "missed")
    await panel.client.post("/api/pops/c1-101/dismiss")
    await panel.client.post("/sign-out")
    again = await Panel.open(await sign_in("101"))
    assert again.pops == {}
    await core.customers.create(NewCustomer(name="Ann", numbers=((ANN, ""),)), "system")
    assert await again.snapshot() == {}
    await again.close()
