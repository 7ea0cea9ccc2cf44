"""What may be written into a customer: each field with the rule that cleans it."""

import re
from collections.abc import Callable, Mapping
from importlib import resources

from screenpop.customers.codes import countries
from screenpop.errors import N_, BadInput

_NO_COUNTRY = N_("There is no country “%(name)s”: write its code of two letters.")
MAX_LINE = 200
MAX_NOTE = 10_000
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x80-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
_NOTE_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\ud800-\udfff]")
_MAIL = re.compile(r"[^\s@,;<>\"]{1,64}@[^\s@,;<>\"]{1,190}")
TIMEZONES = frozenset((resources.files("tzdata") / "zones").read_text("ascii").split())


def clean_line(text: str) -> str:
    """One line without control characters; raises BadInput where it is too long."""
    line = " ".join(_CONTROL.sub(" ", text).split())
    if len(line) > MAX_LINE:
        raise BadInput("This is longer than 200 characters.")
    return line


def tame(text: str) -> str:
    """What a stranger's text becomes where it must be taken whatever it is: one line, cut to its first 200."""
    return " ".join(_CONTROL.sub(" ", text).split())[:MAX_LINE]


def clean_note(text: str) -> str:
    """Several lines; raises BadInput where they are too long."""
    note = _NOTE_CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if len(note) > MAX_NOTE:
        raise BadInput("A note can have 10,000 characters at most.")
    return note


def clean_country(text: str) -> str:
    """An ISO 3166 code, or ""; raises BadInput."""
    code = text.strip().upper()
    if code and not re.fullmatch("[A-Z]{2}", code):
        raise BadInput("A country is a code of two letters, such as DE.")
    if code and code not in countries():
        raise no_country(code)
    return code


def no_country(text: str, field: str = "") -> BadInput:
    """That there is no such country, said of what was given in `field`."""
    return BadInput(_NO_COUNTRY, field, name=text[:50])


def clean_timezone(text: str) -> str:
    """The name of a time zone (`Europe/Berlin`), or ""; raises BadInput."""
    zone = text.strip()
    if zone and zone not in TIMEZONES:
        raise BadInput("There is no such time zone; write it as Europe/Berlin.")
    return zone


def clean_mail(text: str) -> str:
    """A mail address in lower case; raises BadInput."""
    address = text.strip()
    if not _MAIL.fullmatch(address) or _CONTROL.search(address):
        raise BadInput("This is not a mail address.", "mail")
    return address.casefold()


def clean_record(text: str) -> str:
    """What a customer said about being recorded: yes, no, or ""; raises BadInput."""
    if text not in ("", "yes", "no"):
        raise BadInput("Choose one of these.")
    return text


CLEANERS: Mapping[str, Callable[[str], str]] = {
    "name": clean_line,
    "company": clean_line,
    "category": clean_line,
    "note": clean_note,
    "city": clean_line,
    "country": clean_country,
    "timezone": clean_timezone,
    "responsible": clean_line,
    "record": clean_record,
    "external_id": clean_line,
}


def clean(values: Mapping[str, str]) -> dict[str, str]:
    """The values as they are stored; raises BadInput that names the field."""
    return {name: _clean_one(name, value) for name, value in values.items()}


def _clean_one(name: str, value: str) -> str:
    cleaner = CLEANERS.get(name)
    if cleaner is None:
        raise BadInput("A customer has no such field.", name)
    try:
        return cleaner(value)
    except BadInput as error:
        raise BadInput(error.text, name, **error.values) from error
