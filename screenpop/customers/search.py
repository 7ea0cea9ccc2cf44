"""The customer list: everybody by name, or those in whom every word is found."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.customers import store as rows
from screenpop.customers.fields import tame
from screenpop.customers.fold import fold, search_words
from screenpop.customers.model import Page
from screenpop.store.tables import customer, customer_number, customer_search

COUNTED = 1000
"""A text search counts no further than this: nobody pages through more, they type another letter."""
_LAST = "\U0010ffff"


async def search(tx: AsyncConnection, text: str, limit: int, offset: int) -> Page:
    """One page of the customers found; see `Page` for how they are counted."""
    text = tame(text)
    words = search_words(text)
    if not words:
        return await _everybody(tx, limit, offset)
    found = await _ordered(tx, fold(text), await _candidates(tx, words))
    return await _page(tx, found[:COUNTED], limit, offset, more=len(found) > COUNTED)


async def found_in_text(tx: AsyncConnection, digits: str, limit: int) -> list[str]:
    """The customers in whose texts these digits stand, their own numbers included."""
    found = customer_search.c.customer_id
    query = sa.select(found).where(_indexed([digits])).limit(limit)
    return list((await tx.execute(query)).scalars())


async def _everybody(tx: AsyncConnection, limit: int, offset: int) -> Page:
    living = customer.c.merged_into.is_(None)
    total = await tx.scalar(sa.select(sa.func.count()).select_from(customer).where(living))
    order = (customer.c.name_key, customer.c.id)
    query = sa.select(customer.c.id).where(living).order_by(*order).limit(limit).offset(offset)
    ids = (await tx.execute(query)).scalars().all()
    shown = await rows.rows(tx, ids)
    return Page(rows=tuple(shown[id_] for id_ in ids), offset=offset, total=total or 0)


async def _page(tx: AsyncConnection, found: Sequence[str], limit: int, offset: int, more: bool) -> Page:
    ids = found[offset : offset + limit]
    shown = await rows.rows(tx, ids)
    return Page(rows=tuple(shown[id_] for id_ in ids), offset=offset, total=len(found), more=more)


async def _candidates(tx: AsyncConnection, words: list[str]) -> set[str]:
    """Those whose name begins so, whoever they are; then as many as needed of those who have it anywhere."""
    found: set[str] = set()
    for query in _beginning_queries(words) + _anywhere_queries(words):
        found.update((await tx.execute(query.limit(COUNTED + 1))).scalars().all())
    return found


def _beginning_queries(words: list[str]) -> list[sa.Select[str]]:
    text = " ".join(words)
    columns = (customer.c.name_key, customer.c.company_key)
    begin = [sa.select(customer.c.id).where(c >= text, c < text + _LAST, _LIVING).order_by(c) for c in columns]
    exact = sa.select(customer_number.c.customer_id).where(customer_number.c.key == text)
    return [*begin, exact] if text.isdigit() else begin


def _anywhere_queries(words: list[str]) -> list[sa.Select[str]]:
    """Words of three letters and more are in the trigram index; shorter ones are looked for in what that finds."""
    indexed = [word for word in words if len(word) >= 3]
    if not indexed:
        return []
    short = [customer_search.c.text.contains(word, autoescape=True) for word in words if len(word) < 3]
    return [sa.select(customer_search.c.customer_id).where(_indexed(indexed), *short)]


def _indexed(words: list[str]) -> sa.ColumnElement[bool]:
    phrase = " AND ".join('"' + word.replace('"', '""') + '"' for word in words)
    inside = sa.text("SELECT rowid FROM customer_fts WHERE customer_fts MATCH :phrase").bindparams(phrase=phrase)
    return customer_search.c.row.in_(inside.columns(sa.column("rowid", sa.Integer)))


async def _ordered(tx: AsyncConnection, text: str, ids: set[str]) -> list[str]:
    begins = sa.or_(customer.c.name_key.startswith(text, autoescape=True), customer.c.company_key == text)
    query = (
        sa.select(customer.c.id)
        .where(customer.c.id.in_(ids), _LIVING)
        .order_by(begins.desc(), customer.c.name_key, customer.c.id)
    )
    return list((await tx.execute(query)).scalars())


_LIVING = customer.c.merged_into.is_(None)
