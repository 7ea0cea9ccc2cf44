"""The trackers that an admin keeps: words and phrases that are looked for in every transcript."""

from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from msgspec.structs import asdict, replace

from screenpop import audit
from screenpop.analysis import tracker_store
from screenpop.analysis.model import SIDES
from screenpop.analysis.phrases import parse
from screenpop.analysis.tracker_defaults import defaults
from screenpop.analysis.tracking import KINDS, Tracker
from screenpop.bus import Bus
from screenpop.customers.fields import clean_line
from screenpop.errors import BadInput, NotFound
from screenpop.facts import SettingsChanged
from screenpop.ids import new_id
from screenpop.store.engine import Store
from screenpop.store.tables import setting, word_tracker

MOST = 200
MOST_PHRASES = 200
LONGEST_PHRASE = 200
MOST_WITHIN_S = 3600
KEY = "trackers"
_SHIPPED = "trackers_shipped"


class Trackers:
    """Reads and changes the list; every change publishes `SettingsChanged("trackers")`."""

    def __init__(self, store: Store, bus: Bus, locale: str = "en") -> None:
        self._store, self._bus, self._locale = store, bus, locale
        self._all: tuple[Tracker, ...] = ()

    async def load(self) -> None:
        """Read the list; a house that never had one gets the shipped ones."""
        async with self._store.read() as tx:
            shipped = await tx.scalar(sa.select(setting.c.key).where(setting.c.key == _SHIPPED))
        if shipped is None:
            await self._ship()
        await self._read()

    def all(self) -> tuple[Tracker, ...]:
        """The list in its order, those switched off as well."""
        return self._all

    def get(self, tracker_id: str) -> Tracker:
        """One of them; raises NotFound."""
        for each in self._all:
            if each.id == tracker_id:
                return each
        raise NotFound("There is no such tracker.")

    async def calls_heard(self) -> dict[str, int]:
        """In how many calls each was heard, by id."""
        async with self._store.read() as tx:
            return await tracker_store.calls_heard(tx)

    async def put(self, draft: Tracker, actor: str) -> Tracker:
        """Add a tracker (its id is "") or change one; raises BadInput, NotFound, or Conflict (the name is taken)."""
        old = self.get(draft.id) if draft.id else None
        if old is None and len(self._all) >= MOST:
            raise BadInput("There are %(most)s trackers already: remove one first.", most=MOST)
        made = checked(draft)
        sort = old.sort if old else max((each.sort for each in self._all), default=0) + 1
        made = replace(made, id=old.id if old else new_id(), sort=sort)
        async with self._store.begin() as tx:
            await tracker_store.write(tx, made, new=old is None)
            await audit.record(tx, actor, "update" if old else "create", "tracker", made.id, _difference(old, made))
        await self._changed()
        return made

    async def remove(self, tracker_id: str, actor: str) -> None:
        """Forget a tracker, and where it was heard; raises NotFound."""
        old = self.get(tracker_id)
        async with self._store.begin() as tx:
            await tracker_store.remove(tx, tracker_id)
            await audit.record(tx, actor, "delete", "tracker", tracker_id, {"name": (old.name, "")})
        await self._changed()

    async def reorder(self, ids: Sequence[str], actor: str) -> None:
        """Put the list into this order."""
        async with self._store.begin() as tx:
            await tracker_store.reorder(tx, ids)
            await audit.record(tx, actor, "reorder", "tracker", "", {"order": ("", list(ids))})
        await self._changed()

    async def _ship(self) -> None:
        async with self._store.begin() as tx:
            empty = not await tx.scalar(sa.select(sa.exists().where(word_tracker.c.id.is_not(None))))
            for place, each in enumerate(defaults(self._locale) if empty else (), start=1):
                await tracker_store.write(tx, replace(each, id=new_id(), sort=place), new=True)
            values = {"key": _SHIPPED, "value": True, "updated_at": datetime.now(UTC), "updated_by": "system"}
            await tx.execute(sa.insert(setting).values(values))

    async def _read(self) -> None:
        async with self._store.read() as tx:
            self._all = tuple(await tracker_store.all_of(tx))

    async def _changed(self) -> None:
        await self._read()
        self._bus.publish(SettingsChanged(key=KEY))


def checked(draft: Tracker) -> Tracker:
    """The tracker as it may be stored; raises BadInput that names the field."""
    try:
        name = clean_line(draft.name)
    except BadInput as error:
        raise BadInput(error.text, "name") from error
    if not name:
        raise BadInput("A tracker needs a name.", "name")
    if draft.kind not in KINDS:
        raise BadInput("Choose what the tracker is for.", "kind")
    if draft.side not in ("", *SIDES):
        raise BadInput("Choose whose words it listens to.", "side")
    if not 0 <= draft.within_s <= MOST_WITHIN_S:
        raise BadInput("Write 0 to %(most)s seconds.", "within_s", most=MOST_WITHIN_S)
    return replace(draft, name=name, phrases=checked_phrases(draft.phrases))


def checked_phrases(written: Sequence[str]) -> tuple[str, ...]:
    """The phrases without what is written twice; raises BadInput for none, too many, or one that cannot be read."""
    found = tuple(dict.fromkeys(line for each in written if (line := " ".join(each.split()))))
    if not found:
        raise BadInput("Write at least one word or phrase.", "phrases")
    if len(found) > MOST_PHRASES:
        raise BadInput("A tracker has at most %(most)s phrases.", "phrases", most=MOST_PHRASES)
    for phrase in found:
        if len(phrase) > LONGEST_PHRASE:
            raise BadInput("A phrase is at most %(most)s letters long.", "phrases", most=LONGEST_PHRASE)
        parse(phrase)
    return found


def _difference(old: Tracker | None, new: Tracker) -> dict[str, tuple[object, object]]:
    before = asdict(old) if old else dict.fromkeys(asdict(new), "")
    return {name: (before[name], value) for name, value in asdict(new).items() if before[name] != value}
