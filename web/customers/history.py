"""The audit of a customer in the reader's words: what was done, by whom, from what to what."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from screenpop.audit import AuditEntry
from screenpop.customers.model import SYSTEM
from web.formats import country, money, phone
from web.i18n import gettext as _

Names = Callable[[str], str]
SHORT = 300


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed; `old` or `new` is "" where there was or is nothing."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Told:
    """One entry as it is shown."""

    at: datetime
    who: str
    what: str
    changes: tuple[Change, ...]


ACTIONS: dict[str, Callable[[], str]] = {
    "create": lambda: _("created the customer"),
    "update": lambda: _("changed the customer"),
    "add_number": lambda: _("added a number"),
    "remove_number": lambda: _("removed a number"),
    "primary_number": lambda: _("chose the main number"),
    "add_mail": lambda: _("added a mail address"),
    "remove_mail": lambda: _("removed a mail address"),
    "set_photo": lambda: _("set a photo"),
    "remove_photo": lambda: _("removed the photo"),
    "add_order": lambda: _("added an order"),
    "update_order": lambda: _("changed an order"),
    "remove_order": lambda: _("removed an order"),
    "merge": lambda: _("merged another customer into this one"),
    "merged_away": lambda: _("merged this customer away"),
    "import": lambda: _("imported the customer"),
}

FIELD_NAMES: dict[str, Callable[[], str]] = {
    "name": lambda: _("Name"),
    "company": lambda: _("Company"),
    "category": lambda: _("Category"),
    "responsible": lambda: _("Responsible"),
    "city": lambda: _("City"),
    "country": lambda: _("Country"),
    "timezone": lambda: _("Time zone"),
    "record": lambda: _("Recording of calls"),
    "note": lambda: _("Note"),
    "external_id": lambda: _("External number"),
    "number": lambda: _("Number"),
    "numbers": lambda: _("Numbers"),
    "primary": lambda: _("Main number"),
    "mail": lambda: _("Mail address"),
    "mails": lambda: _("Mail addresses"),
    "order": lambda: _("Order"),
    "merged": lambda: _("Merged customer"),
}
CONSENTS: dict[str, Callable[[], str]] = {
    "": lambda: _("as the rules say"),
    "yes": lambda: _("agreed to it"),
    "no": lambda: _("never"),
}
ORDER_FIELDS: dict[str, Callable[[], str]] = {
    "number": lambda: _("Number"),
    "title": lambda: _("Title"),
    "stage": lambda: _("Stage"),
    "responsible": lambda: _("Responsible"),
    "amount": lambda: _("Amount"),
    "paid": lambda: _("Paid"),
    "currency": lambda: _("Currency"),
    "open": lambda: _("State"),
    "url": lambda: _("Link"),
}
_HIDDEN = frozenset({"photo", "merged_into"})


def tell(entries: Iterable[AuditEntry], names: Names) -> tuple[Told, ...]:
    """The entries in words; `names` gives people and categories their names."""
    return tuple(_told(entry, names) for entry in entries)


def _told(entry: AuditEntry, names: Names) -> Told:
    who = _("Ringdesk") if entry.actor == SYSTEM else names(entry.actor)
    what = ACTIONS.get(entry.action, lambda: entry.action)()
    changes = (_change(field, old, new, names) for field, (old, new) in entry.changes.items() if field not in _HIDDEN)
    return Told(entry.at, who, what, tuple(changes))


def _change(field: str, old: Any, new: Any, names: Names) -> Change:
    order, colon, of_order = field.rpartition(": ")
    if colon and of_order in ORDER_FIELDS:
        label = f"{order.removeprefix('order ')} · {ORDER_FIELDS[of_order]()}"
        return Change(label, _order_words(of_order, old), _order_words(of_order, new))
    label = FIELD_NAMES.get(field, lambda: field)()
    return Change(label, _words(field, old, names), _words(field, new, names))


def _order_words(field: str, value: Any) -> str:
    if field == "open":
        return _("open") if value else _("closed")
    if field in ("amount", "paid"):
        return money(value["minor"], value["currency"])
    return str(value)[:SHORT]


def _words(field: str, value: Any, names: Names) -> str:
    if isinstance(value, dict):
        return str(value.get("name") or value.get("company") or value.get("id", ""))[:SHORT]
    if isinstance(value, list):
        return ", ".join(phone(str(each)) for each in value)[:SHORT]
    text = "" if value is None else str(value)
    if field in ("category", "responsible"):
        return names(text)
    if field == "record":
        return CONSENTS.get(text, str)()
    if field in ("number", "primary"):
        return phone(text)
    return (country(text) if field == "country" else text)[:SHORT]
