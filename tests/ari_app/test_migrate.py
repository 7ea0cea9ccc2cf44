"""Migrations: what they make is what the code reads, and they leave alone what they must."""

import argparse
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command as alembic
from alembic.script import ScriptDirectory

from ari_app import migrate
from ari_app.commands import migrate as command
from screenpop.calls import search_store
from screenpop.calls.search import Search
from screenpop.calls.search_plan import Asked
from screenpop.customers import search as customer_search
from screenpop.errors import BadConfiguration
from screenpop.numbers import Numbers
from screenpop.store.engine import Store, default_url


def schema(file: Path) -> dict[str, list[str]]:
    """Each object's statement as a sorted list of its parts, however it is spaced and in whatever order it was made."""
    connection = sqlite3.connect(file)
    found = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    connection.close()
    return {name: sorted(_parts(sql)) for name, sql in found if name != "alembic_version"}


def _parts(sql: str) -> list[str]:
    """What stands between the commas of a statement that are in its outer brackets."""
    parts, depth = [""], 0
    for sign in " ".join(sql.split()):
        depth += (sign == "(") - (sign == ")")
        if depth == 1 and sign in "(,":
            parts.append("")
        elif depth or sign != ")":
            parts[-1] += sign
    return [part.strip() for part in parts]


def categories(file: Path) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(file)
    found = connection.execute("SELECT * FROM category ORDER BY sort").fetchall()
    connection.close()
    return found


async def test_upgrade_head_equals_the_metadata(tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    migrated = await migrate.migrate(default_url(tmp_path / "migrated"))
    made = Store.open(default_url(tmp_path / "made"))
    await made.create_all()
    await made.close()

    assert migrated == migrate.head()
    assert schema(tmp_path / "migrated" / "ringdesk.db") == schema(tmp_path / "made" / "ringdesk.db")
    assert categories(tmp_path / "migrated" / "ringdesk.db") == categories(tmp_path / "made" / "ringdesk.db")


def test_scripts_are_named_by_their_revisions() -> None:
    scripts = ScriptDirectory.from_config(migrate.alembic_config())
    assert migrate.revisions() == tuple(script.revision for script in reversed(list(scripts.walk_revisions())))
    assert migrate.head() == scripts.get_current_head()


def test_upgrading_twice_changes_nothing(tmp_path: Path) -> None:
    url = default_url(tmp_path)
    migrate.upgrade(url)
    before = schema(tmp_path / "ringdesk.db")

    assert migrate.upgrade(url) == migrate.current(url)
    assert schema(tmp_path / "ringdesk.db") == before


def test_a_failing_migration_leaves_the_database_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the disk is gone")

    monkeypatch.setattr("alembic.op.bulk_insert", fail)
    with pytest.raises(RuntimeError):
        migrate.upgrade(default_url(tmp_path))

    assert schema(tmp_path / "ringdesk.db") == {}


def test_a_database_of_a_later_version_is_refused(tmp_path: Path) -> None:
    url = default_url(tmp_path)
    migrate.upgrade(url)
    with sqlite3.connect(tmp_path / "ringdesk.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()

    with pytest.raises(BadConfiguration, match="9999, which a later version"):
        migrate.upgrade(url)


async def test_calls_and_customers_of_the_first_version_are_found_by_their_words(tmp_path: Path) -> None:
    began = "2026-03-07 14:32:00.000000"  # all at once
    expected: dict[str, list[str]] = {"groesse": [], "grosse 42": ["c0"], "bestell*": ["c0"], "کتاب": ["c2"]}
    with migrate._connected(default_url(tmp_path)) as connection:
        alembic.upgrade(migrate.alembic_config(connection), "0001")
        for number, note in enumerate(("Größe ۴۲ bestellen", "", "كتاب")):
            connection.execute(
                sa.text("INSERT INTO call (id, direction, number, started_at) VALUES (:id, 'incoming', :number, :at)"),
                {"id": f"c{number}", "number": f"+4930123456{number}", "at": began},
            )
            if note:
                values = "VALUES (:id, :id, :text, :at, :at)"
                connection.execute(
                    sa.text(f"INSERT INTO call_note (id, call_id, text, created_at, updated_at) {values}"),
                    {"id": f"c{number}", "text": note, "at": began},
                )
        columns = "(id, name, name_key, company, company_key, created_at, updated_at)"
        connection.execute(sa.text(f"INSERT INTO customer {columns} VALUES ('k', 'علي', 'علي', '', '', :at, :at)"),
                           {"at": began})  # fmt: skip
        connection.execute(sa.text("INSERT INTO customer_search (customer_id, text) VALUES ('k', 'علي')"))
    await migrate.migrate(default_url(tmp_path))

    store = Store.open(default_url(tmp_path))
    async with store.read() as tx:
        for asked_for, found in expected.items():
            asked = Asked(search=Search(q=asked_for), numbers=Numbers("DE"), now=datetime.now(UTC), zone=UTC)
            assert (await search_store.page(tx, asked, 9)).ids == found, asked_for
        assert await customer_search.named(tx, "علی") == ["k"]
        assert await tx.scalar(sa.text("SELECT name_key FROM customer")) == "علی"
    await store.close()


def test_a_new_data_folder_is_for_the_service_alone(tmp_path: Path) -> None:
    migrate.upgrade(default_url(tmp_path / "data"))
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ringdesk.db").mkdir()
    with pytest.raises(BadConfiguration, match="cannot be opened"):
        migrate.upgrade(default_url(tmp_path))


def test_the_command_says_what_it_found_and_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "ringdesk.toml"
    config.write_text(f'[server]\ndata_dir = "{tmp_path}"\n')

    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    words = (["--check"], [], ["--check"], [])
    codes = [command.run(parser.parse_args(["--config", str(config), *extra])) for extra in words]

    assert codes == [1, 0, 0, 0]
    assert capsys.readouterr().out.splitlines() == [
        "the database is empty, it should be at 0002: ringdesk migrate",
        "the database is at revision 0002, it was empty",
        "the database is at revision 0002, as it should be",
        "the database is at revision 0002 already",
    ]
