"""What an admin sets for the board: the target of the service level, and whether agents see who listens."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import msgspec
import sqlalchemy as sa

from screenpop import audit
from screenpop.board.level import Target
from screenpop.bus import Bus
from screenpop.errors import BadInput
from screenpop.facts import SettingsChanged
from screenpop.store.engine import Store
from screenpop.store.tables import setting as table

KEY = "board"
SECONDS = range(3601)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`tell_agents`: an agent sees a sign on the card while somebody listens in."""

    answer_within: int = 20
    short_abandon: int = 5
    tell_agents: bool = True

    @property
    def target(self) -> Target:
        """The target of the service level."""
        return Target(answer_within=self.answer_within, short_abandon=self.short_abandon)


class BoardSettings:
    """Kept in memory, written through; a change publishes `SettingsChanged("board")`."""

    def __init__(self, store: Store, bus: Bus) -> None:
        self._store, self._bus = store, bus
        self.now = Settings()

    async def load(self) -> None:
        """Read what was set; what cannot be read is as it is by default."""
        async with self._store.read() as tx:
            kept = (await tx.execute(sa.select(table.c.value).where(table.c.key == KEY))).scalar()
        try:
            self.now = msgspec.convert(kept or {}, Settings)
        except msgspec.ValidationError:
            self.now = Settings()

    async def put(self, answer_within: str, short_abandon: str, tell_agents: bool, actor: str) -> Settings:
        """Set anew; the seconds as they were typed. Raises BadInput for what are none."""
        made = Settings(
            answer_within=_seconds(answer_within, "answer_within"),
            short_abandon=_seconds(short_abandon, "short_abandon"),
            tell_agents=tell_agents,
        )
        before, after = asdict(self.now), asdict(made)
        async with self._store.begin() as tx:
            await tx.execute(sa.delete(table).where(table.c.key == KEY))
            row = {"key": KEY, "value": after, "updated_at": datetime.now(UTC), "updated_by": actor}
            await tx.execute(sa.insert(table).values(row))
            changes = {name: (before[name], after[name]) for name in after if before[name] != after[name]}
            await audit.record(tx, actor, "update", "setting", KEY, changes)
        self.now = made
        self._bus.publish(SettingsChanged(key=KEY))
        return made


def _seconds(text: str, field: str) -> int:
    text = text.strip()
    if not (text.isascii() and text.isdecimal()) or len(text) > 4 or int(text) not in SECONDS:
        raise BadInput("Write seconds, from 0 to 3600.", field)
    return int(text)
