"""What was written before 0002 is found by its words afterwards, folded as 0002 folds."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import sqlalchemy as sa

from screenpop.calls.text import fold_all
from screenpop.customers.fold import fold
from screenpop.numbers import says_withheld
from screenpop.store.tables import call, call_note, call_text, customer, customer_search

CHUNK = 1_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def fill(connection: sa.Connection) -> None:
    """Calls by their notes, names and results; customers by letters and digits that are one since."""
    rows = _texts(connection)
    while chunk := list(islice(rows, CHUNK)):
        connection.execute(sa.insert(call_text), chunk)
    _refold(connection, customer.c.id, customer.c.name, customer.c.name_key)
    _refold(connection, customer.c.id, customer.c.company, customer.c.company_key)
    _refold(connection, customer_search.c.customer_id, customer_search.c.text, customer_search.c.text)


def _texts(connection: sa.Connection) -> Iterator[dict[str, Any]]:
    c, notes, last = call.c, _notes(connection), -1
    columns = (c.id, c.started_at, c.remote_name, c.remote_raw, c.number, c.disposition)
    for row in connection.execute(sa.select(*columns).order_by(c.started_at, c.id)).all():
        name = row.remote_name if row.remote_name not in (row.remote_raw, row.number) else ""
        text = fold_all(["" if says_withheld(name) else name, row.disposition, *notes[row.id]])
        if text:
            last = max(last + 1, (row.started_at - _EPOCH) // _MICROSECOND)
            yield {"row": last, "call_id": row.id, "text": text}


def _notes(connection: sa.Connection) -> defaultdict[str, list[str]]:
    notes = defaultdict[str, list[str]](list)
    c = call_note.c
    for row in connection.execute(sa.select(c.call_id, c.text).order_by(c.created_at, c.id)):
        notes[row.call_id].append(row.text)
    return notes


def _refold(connection: sa.Connection, key: "sa.Column[str]", text: "sa.Column[str]", kept: "sa.Column[str]") -> None:
    changed = [
        {"one": id_, "folded": folded}
        for id_, written, old in connection.execute(sa.select(key, text, kept)).all()
        if (folded := "\n".join(fold(line) for line in written.split("\n"))) != old
    ]
    if changed:
        change = sa.update(key.table).where(key == sa.bindparam("one")).values({kept: sa.bindparam("folded")})
        connection.execute(change, changed)
