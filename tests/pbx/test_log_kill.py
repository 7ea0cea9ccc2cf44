"""Ringdesk is killed with calls in every phase, and started again: each call is one row with one coherent story."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ari_app.demo.lab import Lab
from screenpop.calls import history_store
from screenpop.calls.history import Entry
from screenpop.store.engine import Store, default_url
from tests.pbx.desk import ADA_NUMBER, Desk, make_desk, rows, until
from tests.pbx.stage import Stage, happened

pytestmark = pytest.mark.feature("CALL-31", "CALL+08")
HELD, WAITS, ANSWERED_UNSEEN, RINGS = "+442079460002", "+442079460003", "+442079460004", "+442079460005"


@pytest.fixture
async def patient(tmp_path: Path) -> AsyncIterator[Lab]:
    """An Asterisk whose phones ring for longer than Ringdesk is away."""
    lab = Lab(tmp_path / "lab", ring_seconds=60)
    await lab.start()
    yield lab
    await lab.kill()


async def stories(desk: Desk) -> dict[str, list[Entry]]:
    """What happened to each call, by the number of the other side."""
    numbers = {row["id"]: row["remote_raw"] for row in await desk.calls()}
    store = Store.open(default_url(desk.folder))
    try:
        async with store.read() as tx:
            told = await history_store.entries(tx, list(numbers))
    finally:
        await store.close()
    return {numbers[id_]: entries for id_, entries in told.items()}


async def told(desk: Desk, number: str, *kinds: str) -> None:
    """Wait until the story of the call with `number` is this one."""

    async def is_told() -> bool:
        return kinds_of((await stories(desk)).get(number, [])) == list(kinds)

    await until(is_told, f"{number} is told as {kinds}")


def kinds_of(entries: list[Entry]) -> list[str]:
    return [f"{entry.kind} {entry.agent}".strip() for entry in entries]


async def test_killed_with_calls_in_every_phase_it_keeps_one_row_and_one_story_each(
    patient: Lab, tmp_path: Path
) -> None:
    desk = await make_desk(patient, tmp_path / "desk")
    await desk.start()
    try:
        async with Stage(patient) as stage:
            await stage.watch()
            await stage.register("101", "102", "103")
            talks, _ = await stage.connected("101", ADA_NUMBER)
            held, inside = await stage.connected("102", HELD)
            await inside.hold()
            waits = await (await stage.caller(WAITS)).dial("701")
            unseen = await (await stage.caller(ANSWERED_UNSEEN)).dial("103")
            at_103 = await stage.rings("103")
            rings = await (await stage.caller(RINGS)).dial("103")
            still_ringing = await stage.rings("103")
            await told(desk, ADA_NUMBER, "started", "rang 101", "answered 101")
            await told(desk, HELD, "started", "rang 102", "answered 102", "held 102")
            await told(desk, WAITS, "started", "queue_joined")
            await told(desk, ANSWERED_UNSEEN, "started", "rang 103")
            await told(desk, RINGS, "started", "rang 103")
            before = {row["remote_raw"]: row for row in await desk.calls()}

            await desk.kill()
            await waits.hang_up()
            await at_103.answer()
            await happened(unseen.answered)
            await desk.start()

            await rows(desk, 1, ended=True, remote_raw=WAITS)
            await inside.unhold()
            await told(desk, HELD, "started", "rang 102", "answered 102", "held 102", "unheld 102")
            await still_ringing.answer()
            await happened(rings.answered)
            for outside in (talks, held, unseen, rings):
                await outside.hang_up()
            await rows(desk, 5, ended=True)
        await check(desk, before)
    finally:
        await desk.kill()


async def check(desk: Desk, before: Mapping[str, Mapping[str, Any]]) -> None:
    after = {row["remote_raw"]: row for row in await desk.calls()}
    assert {number: row["id"] for number, row in after.items()} == {number: row["id"] for number, row in before.items()}
    assert {number: (row["result"], row["swept"], row["agent"]) for number, row in after.items()} == {
        ADA_NUMBER: ("answered", False, "101"),
        HELD: ("answered", False, "102"),
        WAITS: ("abandoned", True, ""),
        ANSWERED_UNSEEN: ("answered", False, "103"),
        RINGS: ("answered", False, "103"),
    }
    for number in (ADA_NUMBER, HELD):
        assert after[number]["answered_at"] == before[number]["answered_at"]
    assert after[HELD]["holds"] == 1
    assert 0 < after[HELD]["hold_seconds"] < after[HELD]["talk_seconds"]
    assert after[WAITS]["wait_seconds"] > 0
    assert after[RINGS]["ring_seconds"] > 0
    assert after[ADA_NUMBER]["identified_at"] == before[ADA_NUMBER]["identified_at"] is not None
    for entries in (await stories(desk)).values():
        coherent(entries)


def coherent(entries: list[Entry]) -> None:
    """It begins once, first, ends once, last, and nobody rings or answers twice."""
    kinds = kinds_of(entries)
    whole = [kind for kind in kinds if not kind.startswith(("left", "changed", "ended"))]
    assert len(set(whole)) == len(whole), kinds
    assert (kinds[0], kinds[-1].split()[0]) == ("started", "ended"), kinds
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries), kinds
