"""Amounts of money as people type them."""

import re
import unicodedata

from babel.numbers import get_currency_precision

from screenpop.errors import BadInput

_GROUP = re.compile(r"[\s'’_٬\u00a0\u202f]")
_AMOUNT = re.compile(r"(\d{1,15})(?:\.(\d*))?")


def parse_money(text: str, currency: str, field: str) -> int:
    """Minor units of what was typed: `1240.5`, `1,240.50`, `1.240,50`, `1 240`; "" is nothing.

    A single mark followed by exactly three digits parts thousands, unless the currency has three decimals.
    Raises BadInput that names `field`.
    """
    places = precision(currency)
    plain = _GROUP.sub("", "".join(_ascii(char) for char in text.strip()))
    if not plain:
        return 0
    found = _AMOUNT.fullmatch(_one_point(plain, places))
    if not found or len((found[2] or "").rstrip("0")) > places:
        raise BadInput("Write an amount such as 1240.50.", field)
    return int(found[1]) * int(10**places) + int((found[2] or "").rstrip("0").ljust(places, "0") or 0)


def plain_money(minor: int, currency: str) -> str:
    """The amount for a form field: `1240.50`."""
    places = precision(currency)
    whole, rest = divmod(minor, 10**places)
    return f"{whole}.{rest:0{places}}" if places else str(whole)


def precision(currency: str) -> int:
    """How many decimals the currency has; two where none is named."""
    return get_currency_precision(currency.strip().upper()) if currency.strip() else 2


def _ascii(char: str) -> str:
    return str(unicodedata.decimal(char, char)) if char not in "٫" else "."


def _one_point(plain: str, places: int) -> str:
    marks = [char for char in plain if char in ".,"]
    if not marks:
        return plain
    last = max(plain.rfind("."), plain.rfind(","))
    decimals = len(plain) - last - 1
    only_groups = len(set(marks)) == 1 and decimals == 3 and places != 3
    if only_groups or (len(set(marks)) == 1 and len(marks) > 1):
        return re.sub("[.,]", "", plain)
    return re.sub("[.,]", "", plain[:last]) + "." + plain[last + 1 :]
