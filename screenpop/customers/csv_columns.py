"""Which column of a CSV file is which field: by the names that people and other programs give them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from screenpop.customers.fold import fold
from screenpop.errors import N_, BadInput

NUMBER, MAIL, FIRST_NAME, LAST_NAME = "number", "mail", "first_name", "last_name"
_NAMES: dict[str, str] = {
    "name": "name full_name fullname customer client contact display_name kunde",
    FIRST_NAME: "first_name firstname given_name forename vorname",
    LAST_NAME: "last_name lastname surname family_name nachname",
    "company": "company organisation organization firm account firma",
    "category": "category type group class kategorie",
    "note": "note notes comment comments remark remarks description notiz",
    "city": "city town place ort stadt",
    "country": "country country_code land",
    "timezone": "timezone time_zone tz",
    "responsible": "responsible owner manager account_manager employee agent",
    "external_id": "external_id id customer_id client_id customer_number customer_no kundennummer",
    NUMBER: "number phone phone_number telephone tel mobile cell cell_phone work home office fax landline handy "
    "telefon",
    MAIL: "mail email e_mail mail_address email_address",
}
_FIELD_OF = {name: field_name for field_name, names in _NAMES.items() for name in names.split()}
_KIND_OF = {
    **dict.fromkeys(("mobile", "cell", "cell_phone", "handy"), "mobile"),
    **{kind: kind for kind in ("work", "home", "office", "fax", "landline")},
}
_TWICE = N_("The column “%(column)s” is there twice, or under another name.")
_SUFFIXES = ("_number", "_phone", "_tel", "_telephone", "_address")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its place (from 0), its name as written, the field it is, and the kind of a number in it."""

    place: int
    name: str
    field: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """The columns that are read, and the names of those that are not."""

    width: int
    columns: tuple[Column, ...]
    ignored: tuple[str, ...] = field(default=())


def read_header(cells: Sequence[str]) -> Header:
    """Recognise the columns; raises BadInput where no customer could be made of them, or two are the same field."""
    known = [Column(place, name, *meant) for place, name in enumerate(cells) if (meant := _meaning(name))]
    ignored = tuple(name for name in cells if name.strip() and not _meaning(name))
    _refuse_useless(known)
    _refuse_doubles(known)
    return Header(len(cells), tuple(known), ignored)


def _meaning(name: str) -> tuple[str, str] | None:
    """`Mobile phone 2` is a number of the kind mobile."""
    word = re.sub(r"\W+", "_", fold(name)).strip("_")
    word = re.sub(r"_*\d+$", "", word)
    for candidate in (word, *(word.removesuffix(suffix) for suffix in _SUFFIXES)):
        if candidate in _FIELD_OF:
            return _FIELD_OF[candidate], _KIND_OF.get(candidate, "")
    return None


def _refuse_useless(known: Sequence[Column]) -> None:
    if not {"name", "company", LAST_NAME, FIRST_NAME, NUMBER} & {column.field for column in known}:
        raise BadInput("The first row must name the columns; there is no name, company or number among them.", "header")


def _refuse_doubles(known: Sequence[Column]) -> None:
    single = [column for column in known if column.field not in (NUMBER, MAIL)]
    for column in single:
        if next(other for other in single if other.field == column.field) is not column:
            raise BadInput(_TWICE, "header", column=column.name)
