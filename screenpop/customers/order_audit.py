"""What the audit tells of a change to an order."""

from collections.abc import Mapping

from screenpop.customers.model import Order


def difference(old: Order, new: Order, changes: Mapping[str, object]) -> dict[str, tuple[object, object]]:
    """What of `changes` is another now, as the audit tells it."""
    label = new.number or new.title or new.id
    differing = [name for name in changes if getattr(old, name) != getattr(new, name)]
    return {f"order {label}: {name}": (_audited(old, name), _audited(new, name)) for name in differing}


def _audited(order: Order, name: str) -> object:
    """Money with its currency: minor units alone do not say how many decimals they have."""
    value = getattr(order, name)
    return {"minor": value, "currency": order.currency} if name in ("amount", "paid") else value
