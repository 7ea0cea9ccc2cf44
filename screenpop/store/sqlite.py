"""What the store needs of SQLite beyond tables: the indexes by which customers and calls are found by text."""

import sqlalchemy as sa
from sqlalchemy import event

from screenpop.store.tables import call_text, category, customer_search

DEFAULT_CATEGORIES = (
    {"id": "ordinary", "name": "Ordinary", "colour": "#6b7280", "flag": "ordinary", "sort": 1},
    {"id": "vip", "name": "VIP", "colour": "#7c3aed", "flag": "important", "sort": 2},
    {"id": "problem", "name": "Problem", "colour": "#dc2626", "flag": "problem", "sort": 3},
)

TRIGRAM_INDEX = (
    """CREATE VIRTUAL TABLE customer_fts USING fts5(
        text, content='customer_search', content_rowid='row', tokenize='trigram', columnsize=0)""",
    """CREATE TRIGGER customer_fts_insert AFTER INSERT ON customer_search BEGIN
        INSERT INTO customer_fts(rowid, text) VALUES (new.row, new.text); END""",
    """CREATE TRIGGER customer_fts_delete AFTER DELETE ON customer_search BEGIN
        INSERT INTO customer_fts(customer_fts, rowid, text) VALUES ('delete', old.row, old.text); END""",
    """CREATE TRIGGER customer_fts_update AFTER UPDATE ON customer_search BEGIN
        INSERT INTO customer_fts(customer_fts, rowid, text) VALUES ('delete', old.row, old.text);
        INSERT INTO customer_fts(rowid, text) VALUES (new.row, new.text); END""",
)

WORD_INDEX = (
    """CREATE VIRTUAL TABLE call_fts USING fts5(
        text, content='call_text', content_rowid='row', tokenize='unicode61 remove_diacritics 2', prefix='3')""",
    """CREATE TRIGGER call_fts_insert AFTER INSERT ON call_text BEGIN
        INSERT INTO call_fts(rowid, text) VALUES (new.row, new.text); END""",
    """CREATE TRIGGER call_fts_delete AFTER DELETE ON call_text BEGIN
        INSERT INTO call_fts(call_fts, rowid, text) VALUES ('delete', old.row, old.text); END""",
    """CREATE TRIGGER call_fts_update AFTER UPDATE ON call_text BEGIN
        INSERT INTO call_fts(call_fts, rowid, text) VALUES ('delete', old.row, old.text);
        INSERT INTO call_fts(rowid, text) VALUES (new.row, new.text); END""",
    """CREATE VIRTUAL TABLE call_number_fts USING fts5(
        number, content='call_number', content_rowid='row', tokenize='trigram', columnsize=0)""",
    """CREATE TRIGGER call_number_insert AFTER INSERT ON call_number BEGIN
        INSERT INTO call_number_fts(rowid, number) VALUES (new.row, new.number); END""",
    """CREATE TRIGGER call_insert_number AFTER INSERT ON call WHEN new.number != '' BEGIN
        INSERT INTO call_number(number) SELECT new.number
        WHERE NOT EXISTS (SELECT 1 FROM call_number WHERE number = new.number); END""",
    """CREATE TRIGGER call_update_number AFTER UPDATE OF number ON call WHEN new.number NOT IN ('', old.number) BEGIN
        INSERT INTO call_number(number) SELECT new.number
        WHERE NOT EXISTS (SELECT 1 FROM call_number WHERE number = new.number); END""",
    "INSERT INTO call_number(number) SELECT DISTINCT number FROM call WHERE number != ''",
)


def is_shadow(name: str | None) -> bool:
    """Is this table made by a text index, not by the metadata?"""
    return str(name or "").startswith(("customer_fts", "call_fts", "call_number_fts"))


@event.listens_for(customer_search, "after_create")
def _add_trigram_index(target: sa.Table, connection: sa.Connection, **_: object) -> None:
    if connection.dialect.name == "sqlite":
        for statement in TRIGRAM_INDEX:
            connection.exec_driver_sql(statement)


@event.listens_for(call_text, "after_create")
def _add_word_index(target: sa.Table, connection: sa.Connection, **_: object) -> None:
    if connection.dialect.name == "sqlite":
        for statement in WORD_INDEX:
            connection.exec_driver_sql(statement)


@event.listens_for(category, "after_create")
def _add_default_categories(target: sa.Table, connection: sa.Connection, **_: object) -> None:
    connection.execute(sa.insert(target), [dict(row) for row in DEFAULT_CATEGORIES])
