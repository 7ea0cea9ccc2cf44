"""Users in the store."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import RowMapping, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.agents.model import User
from screenpop.agents.rights import Role
from screenpop.store.tables import session, user, user_extension

_COLUMNS = [column for column in user.c if column is not user.c.password_hash]


async def load_all(tx: AsyncConnection) -> list[User]:
    """Every user with the extensions, by login."""
    seats: dict[str, list[str]] = {}
    for user_id, extension in await tx.execute(select(user_extension).order_by(user_extension.c.extension)):
        seats.setdefault(user_id, []).append(extension)
    rows = await tx.execute(select(*_COLUMNS).order_by(user.c.login))
    return [_user(row, seats.get(row["id"], ())) for row in rows.mappings()]


async def add(tx: AsyncConnection, new: User, password_hash: str, at: float) -> None:
    """Add a user without extensions."""
    row = {"id": new.id, "login": new.login, "name": new.name, "role": new.role.value, "locale": new.locale}
    await tx.execute(insert(user).values(row | {"password_hash": password_hash, "created_at": _moment(at)}))


async def change(tx: AsyncConnection, user_id: str, values: Mapping[str, Any]) -> None:
    """Write the columns in `values`."""
    await tx.execute(update(user).where(user.c.id == user_id).values(**values))


async def password_hash(tx: AsyncConnection, user_id: str) -> str:
    """The stored hash; "" for nobody."""
    found = await tx.scalar(select(user.c.password_hash).where(user.c.id == user_id))
    return found or ""


async def set_extensions(tx: AsyncConnection, user_id: str, extensions: Iterable[str]) -> None:
    """The user sits at exactly these."""
    await tx.execute(delete(user_extension).where(user_extension.c.user_id == user_id))
    rows = [{"user_id": user_id, "extension": extension} for extension in extensions]
    if rows:
        await tx.execute(insert(user_extension), rows)


async def end_sessions(tx: AsyncConnection, user_id: str) -> None:
    """Sign the user out everywhere."""
    await tx.execute(delete(session).where(session.c.user_id == user_id))


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _user(row: RowMapping, extensions: Iterable[str]) -> User:
    return User(
        id=row["id"],
        login=row["login"],
        name=row["name"],
        role=Role(row["role"]),
        active=row["active"],
        locale=row["locale"],
        timezone=row["timezone"],
        prefs=row["prefs"],
        presence=row["presence"],
        extensions=tuple(extensions),
    )
