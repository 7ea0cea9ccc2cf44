"""Bring the store's tables to the state that this version needs. Blocking: `migrate` runs it in a thread.

Alembic is loaded only where something is to be done: it takes a tenth of a second and 10 MB, at every start.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from screenpop.errors import BadConfiguration
from screenpop.store import engine

if TYPE_CHECKING:
    from alembic.config import Config

SCRIPTS = Path(__file__).parent / "migrations"
CONNECTION = "connection"
_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}


async def migrate(url: str) -> str:
    """Upgrade the store at this address; returns the revision it has now. Raises BadConfiguration."""
    return await asyncio.to_thread(upgrade, url)


def upgrade(url: str) -> str:
    """Upgrade in one transaction: all of it, or nothing. Raises BadConfiguration where the store is newer than we."""
    with _connected(url) as connection:
        found = _revision(connection)
        if found and found not in revisions():
            raise BadConfiguration(f"the database is at revision {found}, which a later version of Ringdesk made")
        if found != head():
            from alembic import command

            command.upgrade(alembic_config(connection), "head")
    return head()


def current(url: str) -> str:
    """The revision that the store has, "" for an empty one."""
    with _connected(url) as connection:
        return _revision(connection)


def head() -> str:
    """The revision that this version needs."""
    return revisions()[-1]


@cache
def revisions() -> tuple[str, ...]:
    """All there are, the first one first: the scripts are named by them."""
    return tuple(sorted(script.name.partition("_")[0] for script in (SCRIPTS / "versions").glob("[0-9]*.py")))


def alembic_config(connection: sa.Connection | None = None) -> "Config":
    """Alembic's settings, without a file."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("path_separator", "os")
    config.attributes[CONNECTION] = connection
    return config


def _revision(connection: sa.Connection) -> str:
    if not sa.inspect(connection).has_table("alembic_version"):
        return ""
    return connection.scalar(sa.text("SELECT version_num FROM alembic_version")) or ""


@contextmanager
def _connected(url: str) -> Iterator[sa.Connection]:
    """One connection in one transaction, which SQLite has to be talked into for its tables too."""
    parsed = engine.parse_url(url)
    backend = parsed.get_backend_name()
    if backend == "sqlite" and parsed.database:
        _make_folder(Path(parsed.database))
    made = sa.create_engine(parsed.set(drivername=_DRIVERS.get(backend, backend)), poolclass=NullPool)
    if backend == "sqlite":
        engine.begin_with(made, "BEGIN IMMEDIATE")
    try:
        with made.begin() as connection:
            yield connection
    except sa.exc.OperationalError as error:
        raise BadConfiguration(f"the database {parsed.database} cannot be opened: {error.orig}", "database") from error
    finally:
        made.dispose()


def _make_folder(file: Path) -> None:
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # what customers said is nobody else's
    except OSError as error:
        raise BadConfiguration(f"the data folder {file.parent} cannot be made: {error.strerror}", "data_dir") from error
