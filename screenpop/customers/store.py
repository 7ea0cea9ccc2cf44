"""Customers in SQL. Every function works in the transaction it is given."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.customers.fold import fold, number_words, numbers_in
from screenpop.customers.model import Category, Customer, CustomerMail, CustomerNumber, Row
from screenpop.errors import NotFound
from screenpop.numbers import Numbers
from screenpop.store.tables import category, customer, customer_mail, customer_number

MAX_HOPS = 20
_ID: sa.BindParameter[str] = sa.bindparam("id")
_CUSTOMER = sa.select(customer).where(customer.c.id == _ID)
_CATEGORY = sa.select(category).where(category.c.id == _ID)
_NUMBERS = sa.select(customer_number).order_by(
    customer_number.c.primary.desc(), customer_number.c.sort, customer_number.c.id
)
_MAILS = sa.select(customer_mail).order_by(customer_mail.c.primary.desc(), customer_mail.c.sort, customer_mail.c.id)
_NUMBERS_OF_ONE = _NUMBERS.where(customer_number.c.customer_id == _ID)
_MAILS_OF_ONE = _MAILS.where(customer_mail.c.customer_id == _ID)
"""Made once: to make a statement takes longer than SQLite takes to answer it, and a ringing phone waits for these."""


async def living_id(tx: AsyncConnection, customer_id: str) -> str:
    """The id of the customer, or of the one it was merged into; raises NotFound."""
    return await tx.run_sync(see_living_id, customer_id)


async def load(tx: AsyncConnection, customer_id: str) -> Customer:
    """The customer, or the one it was merged into; raises NotFound."""
    return await tx.run_sync(see, customer_id)


async def load_many(tx: AsyncConnection, ids: Sequence[str]) -> list[Customer]:
    """These customers in this order, those that are gone left out."""
    return await tx.run_sync(see_many, ids)


async def categories_by_id(tx: AsyncConnection) -> dict[str, Category]:
    """The admin's list of categories, in its order."""
    return await tx.run_sync(see_categories)


def see_living_id(tx: sa.Connection, customer_id: str) -> str:
    """`living_id` on a connection without await (see `Store.glance`)."""
    return str(_living(tx, customer_id).id)


def see(tx: sa.Connection, customer_id: str) -> Customer:
    """`load` on a connection without await."""
    row = _living(tx, customer_id)
    one = {"id": row.id}
    numbers = [_number(each) for each in tx.execute(_NUMBERS_OF_ONE, one)]
    mails = [_mail(each) for each in tx.execute(_MAILS_OF_ONE, one)]
    return _customer(row, _kind(tx, row.category_id), numbers, mails)


def see_many(tx: sa.Connection, ids: Sequence[str]) -> list[Customer]:
    """`load_many` on a connection without await."""
    found = {row.id: row for row in tx.execute(sa.select(customer).where(customer.c.id.in_(ids)))}
    kinds = see_categories(tx)
    numbers, mails = _numbers_of(tx, ids), _mails_of(tx, ids)
    there = [found[id_] for id_ in ids if id_ in found]
    return [_customer(row, kinds.get(row.category_id or ""), numbers[row.id], mails[row.id]) for row in there]


def see_categories(tx: sa.Connection) -> dict[str, Category]:
    """`categories_by_id` on a connection without await."""
    rows = tx.execute(sa.select(category).order_by(category.c.sort, category.c.name))
    return {row.id: Category(**row._mapping) for row in rows}


async def keys_of(tx: AsyncConnection, customer_id: str) -> tuple[str, ...]:
    """The keys of all numbers of a customer."""
    query = sa.select(customer_number.c.key).where(customer_number.c.customer_id == customer_id)
    return tuple((await tx.execute(query)).scalars())


async def owners_of(tx: AsyncConnection, key: str) -> list[str]:
    """The customers who have the number with this key."""
    query = sa.select(customer_number.c.customer_id).where(customer_number.c.key == key).distinct()
    return list((await tx.execute(query)).scalars())


async def touch(tx: AsyncConnection, customer_id: str, now: datetime, numbers: Numbers) -> None:
    """Note that a customer was written: a new version, and what it is found by."""
    await tx.execute(
        sa.update(customer).where(customer.c.id == customer_id).values(version=customer.c.version + 1, updated_at=now)
    )
    await refresh_search(tx, await load_many(tx, [customer_id]), numbers)


async def refresh_search(tx: AsyncConnection, customers: Iterable[Customer], numbers: Numbers) -> None:
    """Bring in step what these customers are found by."""
    texts = [{"customer_id": each.id, "text": search_text(each, numbers)} for each in customers]
    await tx.execute(
        sa.text(
            "INSERT INTO customer_search (customer_id, text) VALUES (:customer_id, :text)"
            " ON CONFLICT (customer_id) DO UPDATE SET text = excluded.text"
        ),
        texts,
    )


def search_text(each: Customer, numbers: Numbers) -> str:
    """What a customer is found by; the parts on lines of their own, so that no word spans two of them."""
    words = {word for number in each.numbers for word in number_words(number.key, number.national)}
    words |= numbers_in(each.note, numbers)
    lines = (fold(each.name), fold(each.company), *(mail.address for mail in each.mails), *sorted(words))
    return "\n".join(filter(None, lines))


async def rows(tx: AsyncConnection, ids: Collection[str]) -> dict[str, Row]:
    """These customers as they stand in a list."""
    kinds = await categories_by_id(tx)
    numbers = await tx.run_sync(_numbers_of, ids)
    found = await tx.execute(sa.select(customer).where(customer.c.id.in_(ids)))
    return {row.id: _row(row, kinds, numbers[row.id]) for row in found}


def folded(values: dict[str, Any]) -> dict[str, Any]:
    """The columns for these fields, with what they are ordered by."""
    columns = {("category_id" if name == "category" else name): value for name, value in values.items()}
    for name in ("category_id", "external_id"):
        if name in columns:
            columns[name] = columns[name] or None
    columns |= {f"{name}_key": fold(columns[name]) for name in ("name", "company") if name in columns}
    return columns


def _living(tx: sa.Connection, customer_id: str) -> sa.Row[Any]:
    for _ in range(MAX_HOPS):
        row = tx.execute(_CUSTOMER, {"id": customer_id}).first()
        if row is None:
            break
        if row.merged_into is None:
            return row
        customer_id = row.merged_into
    raise NotFound("There is no such customer.")


def _kind(tx: sa.Connection, category_id: str | None) -> Category | None:
    row = tx.execute(_CATEGORY, {"id": category_id}).first() if category_id else None
    return Category(**row._mapping) if row else None


def _customer(
    row: sa.Row[Any],
    kind: Category | None,
    numbers: Sequence[CustomerNumber],
    mails: Sequence[CustomerMail],
) -> Customer:
    values = dict(row._mapping)
    for name in ("name_key", "company_key"):
        values.pop(name)
    del values["category_id"]
    values["category"] = kind
    for name in ("external_id", "photo", "merged_into"):
        values[name] = values[name] or ""
    return Customer(numbers=tuple(numbers), mails=tuple(mails), **values)


def _row(row: sa.Row[Any], kinds: dict[str, Category], numbers: Sequence[CustomerNumber]) -> Row:
    return Row(
        id=row.id,
        name=row.name,
        company=row.company,
        category=kinds.get(row.category_id or ""),
        city=row.city,
        country=row.country,
        number=numbers[0].national if numbers else "",
        numbers=len(numbers),
        photo=row.photo or "",
        e164=numbers[0].e164 if numbers else "",
    )


def _numbers_of(tx: sa.Connection, ids: Collection[str]) -> defaultdict[str, list[CustomerNumber]]:
    grouped: defaultdict[str, list[CustomerNumber]] = defaultdict(list)
    for row in tx.execute(_NUMBERS.where(customer_number.c.customer_id.in_(ids))):
        grouped[row.customer_id].append(_number(row))
    return grouped


def _mails_of(tx: sa.Connection, ids: Collection[str]) -> defaultdict[str, list[CustomerMail]]:
    grouped: defaultdict[str, list[CustomerMail]] = defaultdict(list)
    for row in tx.execute(_MAILS.where(customer_mail.c.customer_id.in_(ids))):
        grouped[row.customer_id].append(_mail(row))
    return grouped


def _number(row: sa.Row[Any]) -> CustomerNumber:
    return CustomerNumber(
        id=row.id,
        raw=row.raw,
        e164=row.e164,
        key=row.key,
        national=row.national,
        kind=row.kind,
        primary=row.primary,
    )


def _mail(row: sa.Row[Any]) -> CustomerMail:
    return CustomerMail(id=row.id, address=row.address, primary=row.primary)
