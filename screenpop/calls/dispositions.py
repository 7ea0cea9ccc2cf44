"""What an agent can say of a call: the list that an admin keeps."""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
import sqlalchemy as sa

from screenpop import audit
from screenpop.bus import Bus
from screenpop.customers.fields import clean_line
from screenpop.errors import BadInput
from screenpop.facts import SettingsChanged
from screenpop.store.engine import Store
from screenpop.store.tables import setting as table

KEY = "dispositions"
DEFAULT: tuple[str, ...] = ("done", "call_back", "passed_on", "wrong_number")
"""The most usual first; a site's own ones are said in its own words."""
MOST = 20
LONGEST = 60


class Dispositions:
    """The list, kept in memory and written through; a change publishes `SettingsChanged("dispositions")`."""

    def __init__(self, store: Store, bus: Bus) -> None:
        self._store, self._bus = store, bus
        self._now = DEFAULT

    def all(self) -> tuple[str, ...]:
        """Keys of DEFAULT and a site's own words, in order."""
        return self._now

    async def load(self) -> None:
        """Read what was set; what cannot be read is as it is by default."""
        async with self._store.read() as tx:
            kept = (await tx.execute(sa.select(table.c.value).where(table.c.key == KEY))).scalar()
        try:
            self._now = msgspec.convert(kept, tuple[str, ...]) if kept else DEFAULT
        except msgspec.ValidationError:
            self._now = DEFAULT

    async def put(self, words: Sequence[str], actor: str) -> tuple[str, ...]:
        """Set the list anew, each once; what calls say already stays. Raises BadInput."""
        new, old = cleaned(words), self._now
        async with self._store.begin() as tx:
            await tx.execute(sa.delete(table).where(table.c.key == KEY))
            row = {"key": KEY, "value": list(new), "updated_at": datetime.now(UTC), "updated_by": actor}
            await tx.execute(sa.insert(table).values(row))
            await audit.record(tx, actor, "update", "setting", KEY, {"list": (list(old), list(new))})
        self._now = new
        self._bus.publish(SettingsChanged(key=KEY))
        return new


def cleaned(words: Sequence[str]) -> tuple[str, ...]:
    """The list as it is kept. Raises BadInput for one that is empty, or too long."""
    found: dict[str, str] = {}
    for word in filter(None, (clean_line(word) for word in words)):
        if len(word) > LONGEST:
            raise BadInput("A result has at most %(most)d characters.", "list", most=LONGEST)
        found.setdefault(word.casefold(), word)
    if not found:
        raise BadInput("Write at least one result.", "list")
    if len(found) > MOST:
        raise BadInput("There can be %(most)d results at most.", "list", most=MOST)
    return tuple(found.values())
