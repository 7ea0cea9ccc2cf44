"""Orders of customers in SQL, and the rules of what may be written into one."""

import re
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.customers.codes import currencies
from screenpop.customers.fields import clean_line
from screenpop.customers.model import NewOrder, Order
from screenpop.errors import N_, BadInput, NotFound
from screenpop.ids import new_id
from screenpop.store.tables import order

MAX_AMOUNT = 10**15
_ALL = (
    sa.select(order).where(order.c.customer_id == sa.bindparam("customer_id")).order_by(order.c.created_at, order.c.id)
)
_OPEN = _ALL.where(order.c.open)
_NO_CURRENCY = N_("There is no currency “%(code)s”.")
_SAFE_URL = re.compile(r"(?:https?://|/(?!/))[^\s\x00-\x1f\"<>\\]{0,2000}", re.IGNORECASE)


async def load(tx: AsyncConnection, order_id: str) -> Order:
    """One order; raises NotFound."""
    row = (await tx.execute(sa.select(order).where(order.c.id == order_id))).first()
    if row is None:
        raise NotFound("There is no such order.")
    return Order(**row._mapping)


async def of_customer(tx: AsyncConnection, customer_id: str, only_open: bool = False) -> tuple[Order, ...]:
    """The orders of a customer: the open ones first, oldest first, then the closed ones, newest first."""
    return await tx.run_sync(see, customer_id, only_open)


def see(tx: sa.Connection, customer_id: str, only_open: bool = False) -> tuple[Order, ...]:
    """`of_customer` on a connection without await (see `Store.glance`)."""
    rows = tx.execute(_OPEN if only_open else _ALL, {"customer_id": customer_id})
    found = [Order(**row._mapping) for row in rows]
    return (*(each for each in found if each.open), *(each for each in reversed(found) if not each.open))


async def owed(tx: AsyncConnection, customer_ids: Collection[str]) -> dict[str, dict[str, int]]:
    """What each of these owes on open orders: customer -> currency -> minor units; nobody who owes nothing."""
    c = order.c
    query = (
        sa.select(c.customer_id, c.currency, sa.func.sum(c.amount - c.paid))
        .where(c.customer_id.in_(customer_ids), c.open, c.amount > c.paid)
        .group_by(c.customer_id, c.currency)
        .order_by(c.currency)
    )
    debts: dict[str, dict[str, int]] = {}
    for customer_id, currency, due in await tx.execute(query):
        debts.setdefault(customer_id, {})[currency] = int(due)
    return debts


async def insert(tx: AsyncConnection, customer_id: str, new: NewOrder, now: datetime) -> Order:
    """Write a new order; raises BadInput."""
    made = Order(id=new_id(), customer_id=customer_id, created_at=now, updated_at=now, **clean(asdict(new)))
    await tx.execute(sa.insert(order).values(asdict(made)))
    return made


async def change(tx: AsyncConnection, order_id: str, values: Mapping[str, object], now: datetime) -> None:
    """Write these fields of an order; raises BadInput."""
    await tx.execute(sa.update(order).where(order.c.id == order_id).values(**clean(values), updated_at=now))


async def delete(tx: AsyncConnection, order_id: str) -> None:
    """Remove an order."""
    await tx.execute(sa.delete(order).where(order.c.id == order_id))


def clean(values: Mapping[str, object]) -> dict[str, Any]:
    """The values as they are stored; raises BadInput that names the field."""
    unknown = values.keys() - _CLEANERS.keys()
    if unknown:
        raise BadInput("An order has no such field.", min(unknown))
    return {name: _CLEANERS[name](name, value) for name, value in values.items()}


def _line(name: str, value: object) -> str:
    try:
        return clean_line(str(value))
    except BadInput as error:
        raise BadInput(error.text, name, **error.values) from error


def _money(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_AMOUNT:
        raise BadInput("An amount is a whole number of minor units, not below 0.", name)
    return value


def _currency(name: str, value: object) -> str:
    code = str(value).strip().upper()
    if code and not re.fullmatch("[A-Z]{3}", code):
        raise BadInput("A currency is a code of three letters, such as EUR.", name)
    if code and code not in currencies():
        raise BadInput(_NO_CURRENCY, name, code=code)
    return code


def _url(name: str, value: object) -> str:
    """Only what a browser opens as a page: never `javascript:`."""
    url = str(value).strip()
    if url and not _SAFE_URL.fullmatch(url):
        raise BadInput("A link begins with https:// or http://.", name)
    return url


def _flag(name: str, value: object) -> bool:
    return bool(value)


_CLEANERS = {
    "number": _line,
    "title": _line,
    "stage": _line,
    "responsible": _line,
    "amount": _money,
    "paid": _money,
    "currency": _currency,
    "open": _flag,
    "url": _url,
}
