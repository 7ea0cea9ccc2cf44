"""Recordings of real calls: the right voice on the right channel, pauses, transfers, and nothing forgotten."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
import pytest
import pytest_asyncio
import sqlalchemy as sa
from numpy.typing import NDArray

from ari_app.demo.amitap import AmiTap
from ari_app.demo.lab import Lab
from ari_app.demo.phonecall import Call
from screenpop.core import opened, store_url
from screenpop.recordings.policy import Policy, Rule
from screenpop.store.engine import Store
from screenpop.store.tables import analysis, call, customer, recording
from tests.pbx.desk import ADA_NUMBER, PASSWORD, Desk, config_of, make_desk, until
from tests.pbx.recorded import Recorded
from tests.pbx.stage import Stage, happened
from tests.pbx.tones import AGENT, CUSTOMER, SUPERVISOR, write_tone

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.feature("CALL-32"),
]

STRANGER = "+447700900123"
COLLEAGUE = SUPERVISOR
HEADER = 22  # samples that are as long as the head of a WAV file
QUIET = 100
"""Of 32767: a tone's mean is above 5000."""
RULES = Policy(
    rules=(Rule(record=False, direction="internal"), Rule(record=False, agents=("103",))),
    otherwise=True,
)
"""103 is not recorded; who of a group will answer is not known before."""
Row = Mapping[str, Any]


@dataclass
class House:
    """One PBX, one Ringdesk, and phones that say their tone."""

    lab: Lab
    stage: Stage
    desk: Desk
    folder: Path
    witness: AmiTap
    earlier: set[str] = field(default_factory=set)
    """The PBX's files when the test began: a busy Ringdesk has not taken them in yet."""

    async def caller(self, number: str = STRANGER) -> Any:
        phone = await self.stage.caller(number)
        phone.recording = await asyncio.to_thread(write_tone, self.folder / "customer.ul", CUSTOMER)
        return phone

    async def read(self, query: sa.Select[Any]) -> list[Row]:
        store = Store.open(store_url(config_of(self.desk.folder)))
        try:
            async with store.read() as tx:
                return [dict(row._mapping) for row in await tx.execute(query)]
        finally:
            await store.close()

    async def recordings(self) -> list[Row]:
        return await self.read(sa.select(recording).order_by(recording.c.started_at))

    async def new(self, known: list[Row], state: str) -> Row:
        """The one recording beyond those `known`, once it is in `state`."""
        before = {row["id"] for row in known}

        async def found() -> Row | None:
            fresh = [row for row in await self.recordings() if row["id"] not in before]
            assert len(fresh) <= 1, fresh
            return fresh[0] if fresh and fresh[0]["state"] == state else None

        row = await until(found, f"a recording that is {state}; see {self.desk.log}")
        assert row is not None
        return row

    async def heard(self, row: Row) -> Recorded:
        path = self.desk.folder / "recordings" / row["key"]
        return await asyncio.to_thread(Recorded, path)

    async def files(self) -> set[str]:
        return {path.name for path in await asyncio.to_thread(lambda: list(self.lab.recordings_folder.iterdir()))}

    async def post(self, login: str, path: str, body: Mapping[str, Any]) -> int:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
            sign_in = {"login": login, "password": PASSWORD}
            async with session.post(f"{self.desk.url}/sign-in", data=sign_in) as answer:
                assert answer.status == 200
            async with session.post(f"{self.desk.url}{path}", json=body) as answer:
                return answer.status

    async def configure(self, policy: Policy, more: str) -> None:
        """Start Ringdesk afresh with these rules and these lines of configuration."""
        await self.desk.stop()
        async with opened(config_of(self.desk.folder)) as core:
            await core.recording_settings.set_policy(policy, "system")
        text = await asyncio.to_thread(self.desk.config_file.read_text)
        await asyncio.to_thread(self.desk.config_file.write_text, text.partition("# more\n")[0] + "# more\n" + more)
        await self.desk.start()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    folder = tmp_path_factory.mktemp("recording")
    async with Lab(folder / "lab", ring_seconds=120, recording=True, answer_seconds=20) as lab:
        desk = await make_desk(lab, folder / "desk")
        async with lab.tap(everything=True) as witness, Stage(lab) as stage:
            await stage.watch()
            house = House(lab, stage, desk, folder, witness)
            for name, tone in {"101": AGENT, "102": COLLEAGUE, "103": COLLEAGUE}.items():
                await stage.register(name)
                file = folder / f"{name}.ul"
                stage.phone(name).recording = await asyncio.to_thread(write_tone, file, tone)
            await desk.start()
            await house.configure(RULES, _lines(lab))
            yield house
            await stage.clear()
        await desk.stop()


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def quiet(house: House) -> AsyncIterator[None]:
    """Nothing of one test is left for the next."""
    house.earlier = await house.files()
    yield
    for name in ("101", "102", "103"):
        await house.stage.phone(name).hang_up()
    await house.stage.quiet()


def _lines(lab: Lab, folder: bool = True) -> str:
    return f'[analysis]\nengine = "none"\n[recordings]\nfolder = "{lab.recordings_folder if folder else ""}"\n'


async def connected(house: House, number: str = STRANGER, to: str = "101", agent: str = "101") -> tuple[Call, Call]:
    outside = await (await house.caller(number)).dial(to)
    inside = await house.stage.answers(agent)
    await happened(outside.answered)
    return outside, inside


async def over(house: House, outside: Call) -> None:
    await outside.hang_up()
    await house.stage.quiet()


async def grown(house: House, seconds: float, before: set[str]) -> None:
    """Wait until the PBX has written so many seconds more than now."""
    fresh = [name for name in await house.files() if name not in before]

    def size() -> int:
        return sum(len(_content(house.lab.recordings_folder / name)) for name in fresh)

    wanted = await asyncio.to_thread(size) + seconds * 16_000 * len(fresh)

    async def enough() -> bool:
        return await asyncio.to_thread(size) >= wanted

    await until(enough, f"{seconds} s more are written")


async def talks(house: House, seconds: float, *, left_out: bool = False) -> None:
    """Let them talk for a while, once both are written, or neither where it is `left_out`: the recording tells the time
    (a busy PBX writes late)."""

    def as_wanted() -> bool:
        folder = house.lab.recordings_folder
        sides = [_last(file) for file in folder.iterdir() if file.name not in house.earlier]
        return bool(sides) and all(side.size and (np.abs(side).mean() > QUIET) != left_out for side in sides)

    async def written() -> bool:
        return await asyncio.to_thread(as_wanted)

    await until(written, "both sides are written, or neither")
    await grown(house, seconds, house.earlier)


def _content(file: Path) -> bytes:
    """Nothing where Ringdesk has taken it in just now: one of an earlier call."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return b""


def _last(file: Path) -> NDArray[np.int32]:
    """The last fifth of a second of a file that is being written."""
    whole = _content(file)
    samples = np.frombuffer(whole[: len(whole) // 2 * 2], np.int16)
    return samples[HEADER:][-1600:].astype(np.int32)


async def test_call_is_one_recording_with_each_side_on_its_channel_pauses_and_transfers_included(house: House) -> None:
    known = await house.recordings()
    outside, inside = await connected(house)
    row = await house.new(known, "recording")
    await talks(house, 1.0)
    address = f"/api/calls/{row['call_id']}/recording/pause"
    assert await house.post("102", address, {"paused": True}) == 404  # not in this call
    assert await house.post("101", address, {"paused": "yes"}) == 422
    assert await house.post("101", address, {"paused": True}) == 204
    await talks(house, 1.0, left_out=True)
    assert await house.post("101", address, {"paused": False}) == 204
    await talks(house, 1.0)
    await press_until_it_is_done(house, inside)
    await gaps(house, row, 2)
    await talks(house, 0.5, left_out=True)
    await press_until_it_is_done(house, inside)
    await closed_gaps(house, row, 2)
    await talks(house, 0.6)
    await inside.transfer("102")
    second = await house.stage.answers("102")
    await talks(house, 1.2)
    assert second.answered.is_set()
    await over(house, outside)

    row = await house.new(known, "stored")
    sound = await house.heard(row)
    assert row["name"].startswith(f"rd-{row['call_id']}-")
    assert row["key"].endswith(f"/{row['call_id']}.opus")
    assert (row["agent"], row["problem"], len(row["peaks"])) == ("101", "", 4000)
    assert sound.seconds == pytest.approx(row["seconds"], abs=0.05)
    (first, last), end = row["gaps"], row["seconds"]
    assert [sound.tones(side, 0, first[0] - 0.3) for side in (0, 1)] == [{AGENT}, {CUSTOMER}]
    assert [sound.tones(side, last[1], end) for side in (0, 1)] == [{AGENT, COLLEAGUE}, {CUSTOMER}]
    assert sound.tones(0, end - 0.9, end) <= {COLLEAGUE}
    # A gap is told when the answer of the PBX is read: on a busy machine later than its own silence, which is not over
    # by then. On such a machine the phones fall silent by themselves too.
    quiet = [span for span in sound.silences(1) if span[1] - span[0] > 0.3]
    left_out = [[span for span in quiet if span[0] < stop and start < span[1]] for start, stop in row["gaps"]]
    assert all(left_out)
    assert left_out[0] != left_out[1]
    for spans in left_out:
        assert any(sound.tones(0, span[0] + 0.1, span[1] - 0.1) == set() for span in spans)
    [logged] = await house.read(sa.select(call).where(call.c.id == row["call_id"]))
    assert logged["recorded"]
    [order] = await house.read(sa.select(analysis).where(analysis.c.recording_id == row["id"]))
    assert order["call_id"] == row["call_id"]
    await no_files(house)


async def press_until_it_is_done(house: House, inside: Call) -> None:
    """The feature code, again where a busy Ringdesk did not answer it within the second that it has: one hears that."""
    while True:
        since = len(house.witness.messages)
        await inside.press("*3")
        heard = await house.witness.event("Newexten", since=since, Application="Playback")
        if "beeperr" not in heard["AppData"]:
            return


async def gaps(house: House, row: Row, count: int) -> list[tuple[float, float]]:
    """The gaps of a recording, once there are so many."""

    async def enough() -> list[tuple[float, float]]:
        [now] = [each for each in await house.recordings() if each["id"] == row["id"]]
        return now["gaps"] if len(now["gaps"]) == count else []

    return await until(enough, f"{count} gaps")


async def closed_gaps(house: House, row: Row, count: int) -> None:
    async def closed() -> bool:
        return all(end < 1e6 for _, end in await gaps(house, row, count))

    await until(closed, "the pause is over")


async def no_files(house: House) -> None:
    async def gone() -> bool:
        return not await house.files()

    await until(gone, "the PBX's own files are taken away")


async def test_call_to_outside_is_recorded_on_the_called_channel(house: House) -> None:
    known = await house.recordings()
    tone = await asyncio.to_thread(write_tone, house.folder / "customer.ul", CUSTOMER)
    provider = await house.stage.provider()
    provider.recording = tone
    inside = await house.stage.phone("101").dial("+442079460999")
    outside = await provider.next_call()
    outside.ring()
    await outside.answer()
    await happened(inside.answered)
    await house.new(known, "recording")
    await talks(house, 1.0)
    await over(house, inside)
    await provider.close()
    sound = await house.heard(await house.new(known, "stored"))
    assert [sound.tones(side, 0, sound.seconds) for side in (0, 1)] == [{AGENT}, {CUSTOMER}]


async def test_call_that_nobody_answers_leaves_neither_row_nor_files(house: House) -> None:
    known = await house.recordings()
    seen, before = len(house.stage.tap.messages), await house.files()
    outside = await (await house.caller()).dial("101")
    await house.stage.rings("101")
    await house.stage.tap.event("MixMonitorStart", since=seen)
    assert len(await house.files() - before) == 2
    await over(house, outside)
    await no_files(house)
    assert await house.recordings() == known


async def test_agent_whom_the_rules_leave_out_is_not_recorded_when_he_answers(house: House) -> None:
    known = await house.recordings()
    seen = len(house.stage.tap.messages)
    outside = await (await house.caller()).dial("600")
    rung = [await house.stage.rings(name) for name in ("101", "102", "103")]
    await rung[2].answer()
    await happened(outside.answered)
    began = await house.stage.tap.event("MixMonitorStop", since=seen)
    assert began["Channel"].startswith("PJSIP/trunk")
    await over(house, outside)
    await no_files(house)
    row = await house.new(known, "deleted")
    assert (row["key"], row["deleted_by"]) == ("", "system")


async def test_customer_who_said_no_is_never_recorded(house: House) -> None:
    known = await house.recordings()
    store = Store.open(store_url(config_of(house.desk.folder)))
    async with store.begin() as tx:
        await tx.execute(sa.update(customer).values(record="no"))
    await store.close()
    seen = len(house.stage.tap.messages)
    outside, _ = await connected(house, ADA_NUMBER)
    await house.stage.tap.event("BridgeEnter", since=seen, Channel="PJSIP/trunk*")
    await over(house, outside)
    assert not [m for m in house.stage.tap.messages[seen:] if m.get("Event") == "MixMonitorStart"]
    assert await house.recordings() == known


async def test_call_that_ended_while_ringdesk_was_away_is_collected_after_its_start(house: House) -> None:
    known = await house.recordings()
    outside, _ = await connected(house)
    await house.new(known, "recording")
    await talks(house, 1.0)
    await house.desk.kill()
    await over(house, outside)
    await house.desk.start()
    row = await house.new(known, "stored")
    sound = await house.heard(row)
    assert [sound.tones(side, 0, sound.seconds) for side in (0, 1)] == [{AGENT}, {CUSTOMER}]
    await no_files(house)


async def test_recording_that_goes_on_over_a_restart_can_still_be_paused(house: House) -> None:
    known = await house.recordings()
    outside, _ = await connected(house)
    row = await house.new(known, "recording")
    await house.desk.kill()
    await house.desk.start()
    address = f"/api/calls/{row['call_id']}/recording/pause"

    async def paused() -> bool:
        return await house.post("101", address, {"paused": True}) == 204

    await until(paused, "the recording is known again")
    await gaps(house, row, 1)
    await talks(house, 1.0, left_out=True)
    await over(house, outside)
    assert (await house.new(known, "stored"))["gaps"]


@pytest_asyncio.fixture(loop_scope="module")
async def as_before(house: House) -> AsyncIterator[None]:
    """Ringdesk is set up afterwards as it was."""
    text = await asyncio.to_thread(house.desk.config_file.read_text)
    yield
    await asyncio.to_thread(house.desk.config_file.write_text, text)
    await house.configure(RULES, _lines(house.lab))


@pytest.mark.usefixtures("as_before")
async def test_ringdesk_starts_recordings_itself_where_the_pbx_lets_it(house: House) -> None:
    """The files come through ARI this time: Ringdesk does not see the PBX's folder."""
    starts = Policy(starts="ringdesk", otherwise=True)
    known = await house.recordings()
    await house.configure(starts, _lines(house.lab, folder=False))
    outside, _ = await connected(house)
    refused = await house.new(known, "failed")
    assert "Permission denied" in refused["problem"]
    await over(house, outside)

    known = await house.recordings()
    await house.configure(starts, _lines(house.lab, folder=False))
    await as_witness(house)
    outside, _ = await connected(house)
    await house.new(known, "recording")
    await talks(house, 1.0)
    await over(house, outside)
    row = await house.new(known, "stored")
    sound = await house.heard(row)
    assert [sound.tones(side, 0, sound.seconds) for side in (0, 1)] == [{AGENT}, {CUSTOMER}]
    await no_files(house)


async def as_witness(house: House) -> None:
    """Start again with a login that may do everything."""
    await house.desk.stop()
    text = await asyncio.to_thread(house.desk.config_file.read_text)
    secret = f'secret = "{house.lab.access.ami_secret}"'
    text = text.replace(secret, f'username = "witness"\nsecret = "{house.lab.access.witness_secret}"')
    await asyncio.to_thread(house.desk.config_file.write_text, text)
    await house.desk.start()
