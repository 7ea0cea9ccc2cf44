"""Bring the store's tables to the state that this version needs. Blocking: `migrate` runs it in a thread."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.pool import NullPool

from screenpop.errors import BadConfiguration
from screenpop.store import engine

CONNECTION = "connection"
_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}


async def migrate(url: str) -> str:
    """Upgrade the store at this address; returns the revision it has now. Raises BadConfiguration."""
    return await asyncio.to_thread(upgrade, url)


def upgrade(url: str) -> str:
    """Upgrade in one transaction: all of it, or nothing. Raises BadConfiguration where the store is newer than we."""
    with _connected(url) as connection:
        _refuse_newer(connection)
        command.upgrade(alembic_config(connection), "head")
    return head()


def current(url: str) -> str:
    """The revision that the store has, "" for an empty one."""
    with _connected(url) as connection:
        return _revision(connection)


def head() -> str:
    """The revision that this version needs."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head() or ""


def alembic_config(connection: sa.Connection | None = None) -> Config:
    """Alembic's settings, without a file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes[CONNECTION] = connection
    return config


def _revision(connection: sa.Connection) -> str:
    return MigrationContext.configure(connection).get_current_revision() or ""


def _refuse_newer(connection: sa.Connection) -> None:
    found = _revision(connection)
    known = {script.revision for script in ScriptDirectory.from_config(alembic_config()).walk_revisions()}
    if found and found not in known:
        raise BadConfiguration(f"the database is at revision {found}, which a later version of Ringdesk made")


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
