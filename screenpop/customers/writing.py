"""Making and changing customers, in a transaction under way."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop import audit
from screenpop.customers import contacts
from screenpop.customers import store as rows
from screenpop.customers.fields import clean
from screenpop.customers.model import Customer, NewCustomer
from screenpop.errors import BadInput, Conflict
from screenpop.ids import new_id
from screenpop.numbers import Numbers
from screenpop.store.tables import customer


async def create_in(tx: AsyncConnection, new: NewCustomer, numbers: Numbers, actor: str) -> Customer:
    """Make a customer in a transaction under way (the import makes many in one); raises as `create`."""
    now, id_ = datetime.now(UTC), new_id()
    values = clean({name: value for name, value in asdict(new).items() if name not in ("numbers", "mails")})
    if not (values["name"] or values["company"] or new.numbers):
        raise BadInput("A customer needs a name, a company or a number.", "name")
    await _insert(tx, {"id": id_, "created_at": now, "updated_at": now, **rows.folded(values)})
    for raw, kind in new.numbers:
        await contacts.add_number(tx, id_, numbers.parse(raw), kind)
    for address in new.mails:
        await contacts.add_mail(tx, id_, address)
    made = await rows.load_many(tx, [id_])
    await rows.refresh_search(tx, made, numbers)
    changes: dict[str, tuple[object, object]] = {name: ("", value) for name, value in values.items() if value}
    changes |= {"numbers": ("", [number.key for number in made[0].numbers])} if new.numbers else {}
    await audit.record(tx, actor, "create", "customer", id_, changes)
    return made[0]


async def update_in(
    tx: AsyncConnection,
    customer_id: str,
    changes: Mapping[str, str],
    version: int | None,
    told: dict[str, tuple[object, object]],
) -> None:
    """Write fields in a transaction under way; what really changed goes into `told`. Raises as `update`."""
    old = await rows.load(tx, customer_id)
    if version is not None and version != old.version:
        raise Conflict("Somebody else changed this customer meanwhile.")
    before = {"category": old.category.id if old.category else ""}
    values = {name: value for name, value in clean(changes).items() if value != before.get(name, getattr(old, name))}
    if values:
        await _update(tx, customer_id, rows.folded(dict(values)))
        told.update({name: (before.get(name, getattr(old, name)), value) for name, value in values.items()})


async def _insert(tx: AsyncConnection, columns: dict[str, object]) -> None:
    try:
        await tx.execute(sa.insert(customer).values(columns))
    except IntegrityError as error:
        raise _refused(error) from error


async def _update(tx: AsyncConnection, customer_id: str, columns: dict[str, object]) -> None:
    try:
        await tx.execute(sa.update(customer).where(customer.c.id == customer_id).values(columns))
    except IntegrityError as error:
        raise _refused(error) from error


def _refused(error: IntegrityError) -> BadInput | Conflict:
    if "external_id" in str(error.orig):
        return Conflict("Another customer has this external id.")
    return BadInput("There is no such category.", "category")
