"""What an admin sets about recordings in the panel: which calls are recorded, and how long recordings are kept."""

from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop import audit
from screenpop.bus import Bus
from screenpop.facts import SettingsChanged
from screenpop.recordings.policy import Policy, refuse_bad_policy
from screenpop.recordings.retention import Retention, refuse_bad_retention
from screenpop.store.engine import Store
from screenpop.store.tables import setting

T = TypeVar("T")
POLICY, RETENTION = "recording_policy", "recording_retention"


class RecordingSettings:
    """Both, in memory; `load` reads them once. `actor` is a user's id."""

    def __init__(self, store: Store, bus: Bus) -> None:
        self._store, self._bus = store, bus
        self.policy = Policy()
        self.retention = Retention()

    async def load(self) -> None:
        """Read what was set; what cannot be read any more counts as never set."""
        async with self._store.read() as tx:
            self.policy = _decoded(await _value(tx, POLICY), Policy)
            self.retention = _decoded(await _value(tx, RETENTION), Retention)

    async def set_policy(self, policy: Policy, actor: str) -> None:
        """Record by these rules from now on. Raises BadInput."""
        refuse_bad_policy(policy)
        await self._put(POLICY, self.policy, policy, actor)
        self.policy = policy
        self._bus.publish(SettingsChanged(key=POLICY))

    async def set_retention(self, retention: Retention, actor: str) -> None:
        """Keep recordings by these rules from now on. Raises BadInput."""
        refuse_bad_retention(retention)
        await self._put(RETENTION, self.retention, retention, actor)
        self.retention = retention
        self._bus.publish(SettingsChanged(key=RETENTION))

    async def _put(self, key: str, old: msgspec.Struct, new: msgspec.Struct, actor: str) -> None:
        before, after = msgspec.to_builtins(old), msgspec.to_builtins(new)
        values = {"key": key, "value": after, "updated_at": datetime.now(UTC), "updated_by": actor}
        async with self._store.begin() as tx:
            await tx.execute(sa.delete(setting).where(setting.c.key == key))
            await tx.execute(sa.insert(setting).values(values))
            if before != after:
                await audit.record(tx, actor, "update", "setting", key, {"value": (before, after)})


async def _value(tx: AsyncConnection, key: str) -> Any:
    return await tx.scalar(sa.select(setting.c.value).where(setting.c.key == key))


def _decoded(value: Any, kind: type[T]) -> T:
    try:
        return msgspec.convert(value or {}, kind)
    except msgspec.ValidationError:
        return kind()
