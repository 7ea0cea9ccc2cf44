"""The customer list: everybody by name, or those in whom every word is found."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.customers import store as rows
from screenpop.customers.fields import tame
from screenpop.customers.fold import fold, search_words
from screenpop.customers.model import Page
from screenpop.store.tables import customer, customer_number

COUNTED = 1_000
"""A text search counts no further than this: nobody pages through more, they type another letter."""
COUNTED_ALL = 10_000
"""The list of everybody counts and pages no further: counting a million rows takes a fifth of a second."""
_LAST = "\U0010ffff"
_LIVING = customer.c.merged_into.is_(None)
_SHOWN = (customer.c.id, customer.c.name_key, customer.c.company_key)
# The index is read first, and only as far as rows are wanted; the planner would list all that it holds.
_INDEXED = """
    SELECT c.id, c.name_key, c.company_key FROM customer_fts AS f
    CROSS JOIN customer_search AS s ON s.row = f.rowid CROSS JOIN customer AS c ON c.id = s.customer_id
    WHERE customer_fts MATCH :phrase {also} LIMIT :most"""


async def search(tx: AsyncConnection, text: str, limit: int, offset: int) -> Page:
    """One page of the customers found; see `Page` for how they are counted."""
    text = tame(text)
    words = search_words(text)
    if not words:
        return await _everybody(tx, limit, offset)
    found = _ordered(fold(text), await _candidates(tx, words))
    ids, total = found[:COUNTED][offset : offset + limit], min(len(found), COUNTED)
    return await _page(tx, ids, offset, total, more=len(found) > COUNTED)


async def found_in_text(tx: AsyncConnection, digits: str, limit: int) -> list[str]:
    """The customers in whose texts these digits stand, their own numbers included."""
    return [row.id for row in await tx.execute(_anywhere([digits]), {"most": limit})]


async def named(tx: AsyncConnection, text: str) -> list[str]:
    """The customers in whose name or company every word stands, COUNTED of them at most."""
    words = fold(tame(text)).split()
    found = await _candidates(tx, words) if words else {}
    return [id_ for id_, names in found.items() if all(any(word in name for name in names) for word in words)][:COUNTED]


async def _everybody(tx: AsyncConnection, limit: int, offset: int) -> Page:
    some = sa.select(customer.c.id).where(_LIVING).limit(COUNTED_ALL + 1).subquery()
    total = await tx.scalar(sa.select(sa.func.count()).select_from(some)) or 0
    limit = min(limit, max(COUNTED_ALL - offset, 0))
    order = (customer.c.name_key, customer.c.id)
    query = sa.select(customer.c.id).where(_LIVING).order_by(*order).limit(limit).offset(min(offset, COUNTED_ALL))
    ids = list((await tx.execute(query)).scalars())
    return await _page(tx, ids, offset, min(total, COUNTED_ALL), more=total > COUNTED_ALL)


async def _page(tx: AsyncConnection, ids: list[str], offset: int, total: int, more: bool) -> Page:
    shown = await rows.rows(tx, ids)
    return Page(rows=tuple(shown[id_] for id_ in ids), offset=offset, total=total, more=more)


async def _candidates(tx: AsyncConnection, words: list[str]) -> dict[str, tuple[str, str]]:
    """id -> (name, company), folded: those who begin so, and as many as wanted of those who have it anywhere."""
    found: dict[str, tuple[str, str]] = {}
    for query in _beginning(" ".join(words)):
        found.update((row[0], (row[1], row[2])) for row in await tx.execute(query.limit(COUNTED + 1)))
    if any(len(word) >= 3 for word in words):
        result = await tx.execute(_anywhere(words), {"most": COUNTED + 1})
        found.update((row[0], (row[1], row[2])) for row in result)
    return found


def _beginning(text: str) -> list[sa.Select[str, str, str]]:
    columns = (customer.c.name_key, customer.c.company_key)
    begin = [sa.select(*_SHOWN).where(c >= text, c < text + _LAST, _LIVING).order_by(c) for c in columns]
    if not text.isdigit():
        return begin
    owns = customer_number.c.customer_id == customer.c.id
    return [*begin, sa.select(*_SHOWN).join(customer_number, owns).where(customer_number.c.key == text)]


def _anywhere(words: list[str]) -> sa.TextClause:
    """Words of three letters and more are in the trigram index; shorter ones are looked for in what that finds."""
    indexed = [word for word in words if len(word) >= 3]
    short = {f"short{place}": word for place, word in enumerate(words) if len(word) < 3}
    also = "".join(f" AND instr(s.text, :{name}) > 0" for name in short)
    phrase = " AND ".join('"' + word.replace('"', '""') + '"' for word in indexed)
    values: dict[str, Any] = {"phrase": phrase, **short}
    return sa.text(_INDEXED.format(also=also)).bindparams(**values)


def _ordered(text: str, found: dict[str, tuple[str, str]]) -> list[str]:
    """Those whose name or company begins with the text first, then by name."""
    return sorted(found, key=lambda id_: (not any(key.startswith(text) for key in found[id_]), found[id_], id_))
