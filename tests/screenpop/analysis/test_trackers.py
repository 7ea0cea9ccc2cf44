"""The trackers that an admin keeps."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from screenpop.analysis.tracker_defaults import DEFAULTS, defaults
from screenpop.analysis.trackers import MOST, Trackers, checked
from screenpop.analysis.tracking import Tracker
from screenpop.bus import Bus
from screenpop.errors import BadInput, Conflict, NotFound
from screenpop.facts import SettingsChanged
from screenpop.store.engine import Store, default_url
from screenpop.store.tables import audit

pytestmark = pytest.mark.feature("ANAL+13")
NEW = Tracker(id="", name="Weather", phrases=("rain*", "sunny"))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = Store.open(default_url(tmp_path))
    await opened.create_all()
    yield opened
    await opened.close()


@pytest.fixture
async def trackers(store: Store) -> Trackers:
    made = Trackers(store, Bus())
    await made.load()
    return made


def names(trackers: Trackers) -> list[str]:
    return [each.name for each in trackers.all()]


async def test_a_new_house_has_the_shipped_ones_and_keeps_what_an_admin_makes_of_them(store: Store) -> None:
    first = Trackers(store, Bus())
    await first.load()
    assert names(first) == [each.name for each in DEFAULTS]
    for each in first.all()[1:]:
        await first.remove(each.id, "admin")
    again = Trackers(store, Bus())
    await again.load()
    assert names(again) == [DEFAULTS[0].name]


@pytest.mark.parametrize("locale", ["de", "fa", "en-GB", "xx"])
def test_the_shipped_ones_can_be_kept_and_are_named_in_the_sites_language(locale: str) -> None:
    shipped = defaults(locale)
    assert [checked(each) for each in shipped] == list(shipped)
    assert len({each.name for each in shipped}) == len(DEFAULTS)
    assert (shipped[0].name != DEFAULTS[0].name) == (locale in ("de", "fa"))


async def test_a_tracker_is_kept_changed_moved_and_forgotten(store: Store) -> None:
    bus, told = Bus(), list[SettingsChanged]()
    bus.subscribe(SettingsChanged, told.append)
    trackers = Trackers(store, bus)
    await trackers.load()
    made = await trackers.put(replace(NEW, phrases=("  rain* ", "rain*", "sunny")), "admin")
    assert (made.phrases, trackers.all()[-1]) == (("rain*", "sunny"), made)
    changed = await trackers.put(replace(made, alert=True, side="agent", within_s=30, kind="forbidden"), "admin")
    await trackers.reorder([made.id, *(each.id for each in trackers.all()[:-1])], "admin")
    fresh = Trackers(store, Bus())
    await fresh.load()
    assert fresh.all()[0] == replace(changed, sort=1)
    await trackers.remove(made.id, "admin")
    assert "Weather" not in names(trackers)
    assert {fact.key for fact in told} == {"trackers"}
    async with store.read() as tx:
        actions = (await tx.execute(sa.select(audit.c.action).where(audit.c.object_type == "tracker"))).scalars()
        assert sorted(actions) == ["create", "delete", "reorder", "update"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (replace(NEW, name="  "), "name"),
        (replace(NEW, name="x" * 201), "name"),
        (replace(NEW, phrases=()), "phrases"),
        (replace(NEW, phrases=("...",)), "phrases"),
        (replace(NEW, phrases=("x" * 201,)), "phrases"),
        (replace(NEW, phrases=tuple(f"w{n}" for n in range(201))), "phrases"),
        (replace(NEW, within_s=-1), "within_s"),
        (replace(NEW, kind="other"), "kind"),  # type: ignore[arg-type]
        (replace(NEW, side="other"), "side"),  # type: ignore[arg-type]
    ],
)
async def test_what_cannot_be_a_tracker_is_refused_at_its_field(trackers: Trackers, wrong: Tracker, field: str) -> None:
    with pytest.raises(BadInput) as error:
        await trackers.put(wrong, "admin")
    assert error.value.field == field
    assert names(trackers) == [each.name for each in DEFAULTS]


async def test_a_name_is_taken_once_and_an_unknown_one_cannot_be_changed(trackers: Trackers) -> None:
    with pytest.raises(Conflict):
        await trackers.put(replace(NEW, name=DEFAULTS[0].name), "admin")
    with pytest.raises(NotFound):
        await trackers.put(replace(NEW, id="gone"), "admin")
    with pytest.raises(NotFound):
        await trackers.remove("gone", "admin")


async def test_there_is_an_end_to_them(trackers: Trackers) -> None:
    for number in range(MOST - len(DEFAULTS)):
        await trackers.put(replace(NEW, name=f"t{number}"), "admin")
    with pytest.raises(BadInput):
        await trackers.put(NEW, "admin")
