"""Who changed what: one row a change, written in the transaction of the change itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.ids import new_id
from screenpop.store.tables import audit

Changes = Mapping[str, tuple[object, object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Who changed what: `changes` maps each field to (old, new); `actor` is a user's id or "system"."""

    id: str
    at: datetime
    actor: str
    action: str
    object_type: str
    object_id: str
    changes: Mapping[str, tuple[object, object]] = field(default_factory=dict)


async def record(  # the columns of the row, named at each call
    tx: AsyncConnection, actor: str, action: str, object_type: str, object_id: str, changes: Changes
) -> None:
    """Write down that `actor` did `action` (`update`, `merge` …) to an object; `changes` is field -> (old, new)."""
    await tx.execute(
        sa.insert(audit).values(
            id=new_id(),
            at=datetime.now(UTC),
            actor=actor,
            action=action,
            object_type=object_type,
            object_id=object_id,
            changes={name: list(pair) for name, pair in changes.items()},
        )
    )


async def entries(
    tx: AsyncConnection, object_type: str, object_ids: tuple[str, ...], limit: int = 200
) -> list[AuditEntry]:
    """What was done to these objects, newest first."""
    query = (
        sa.select(audit)
        .where(audit.c.object_type == object_type, audit.c.object_id.in_(object_ids))
        .order_by(audit.c.at.desc(), audit.c.id.desc())
        .limit(limit)
    )
    return [_entry(row) for row in await tx.execute(query)]


def _entry(row: sa.Row[Any]) -> AuditEntry:
    changes = {name: (old, new) for name, (old, new) in row.changes.items()}
    return AuditEntry(**{**row._mapping, "changes": changes})
