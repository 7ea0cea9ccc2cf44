"""Where a number belongs to, and which network it was given to, by libphonenumber's own tables.

Imported the ordinary way those tables are dicts of a hundred megabytes. Here they are read file by file and packed
to a tenth of that.
"""

import importlib.util
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import phonenumbers
from phonenumbers import PhoneNumberType
from phonenumbers.phonenumberutil import is_number_type_geographical

_PORTABLE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE, PhoneNumberType.PAGER}


class Prefixes:
    """Prefixes with names, of which a number has the longest one that fits; packed, in the order of their values."""

    def __init__(self, named: Mapping[int, str]) -> None:
        order = sorted(named)
        place: dict[str, int] = {}
        self._prefixes = array("Q", order)
        self._places = array("I", [place.setdefault(named[prefix], len(place)) for prefix in order])
        self._names = tuple(place)
        self._longest = len(str(order[-1])) if order else 0

    def find(self, digits: str) -> str:
        """The name of the longest prefix of `digits`, or ""."""
        for length in range(min(len(digits), self._longest), 0, -1):
            wanted = int(digits[:length])
            index = bisect_left(self._prefixes, wanted)
            if index < len(self._prefixes) and self._prefixes[index] == wanted:
                return self._names[self._places[index]]
        return ""


def place_of(e164: str) -> str:
    """The town or area of this number, in English; "" where it has none."""
    number = _parse(e164)
    country = (number and number.country_code) or 0
    if number is None or not is_number_type_geographical(phonenumbers.number_type(number), country):
        return ""
    national = phonenumbers.national_significant_number(number)
    return places().find(str(country) + national.removeprefix(phonenumbers.country_mobile_token(country)))


def carrier_of(e164: str) -> str:
    """The network that this mobile number was given to at first, or ""."""
    number = _parse(e164)
    return carriers().find(e164.lstrip("+")) if number and phonenumbers.number_type(number) in _PORTABLE else ""


@cache
def places() -> Prefixes:
    """The towns and areas; the first call takes a quarter of a second."""
    return Prefixes(_read("geodata"))


@cache
def carriers() -> Prefixes:
    """The mobile networks."""
    return Prefixes(_read("carrierdata"))


def _read(folder: str) -> dict[int, str]:
    names: dict[str, str] = {}
    return {int(prefix): names.setdefault(name, name) for prefix, name in _english(folder)}


def _english(folder: str) -> Iterator[tuple[str, str]]:
    """What the data files of libphonenumber say in English; each is forgotten before the next is read."""
    for file in sorted((Path(phonenumbers.__file__).parent / folder).glob("data*.py")):
        spec = importlib.util.spec_from_file_location(f"phonenumbers.{folder}.{file.stem}", file)
        if spec and spec.loader:
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            yield from ((prefix, names["en"]) for prefix, names in module.data.items() if names.get("en"))


def _parse(e164: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return None
