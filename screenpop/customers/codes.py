"""Which countries and currencies there are, by the tables of Unicode (CLDR)."""

from functools import cache
from typing import Final

from babel import Locale
from babel.numbers import get_territory_currencies

_NOWHERE: Final = frozenset({"ZZ", "QO", "EU", "EZ", "UN", "XA", "XB"})
"""Codes of CLDR that stand for no country: an unknown one, a union, a test."""
_PARTS: Final = frozenset({"AC", "CP", "DG", "EA", "IC", "TA", "CQ"})
"""Codes of parts of countries, which post and telephone use."""


@cache
def countries() -> frozenset[str]:
    """ISO 3166 codes, and the few more that post and telephone use."""
    codes = (str(code) for code in Locale("en").territories)
    return frozenset(code for code in codes if len(code) == 2 and code.isalpha()) - _NOWHERE


@cache
def whole_countries() -> frozenset[str]:
    """Those to choose from."""
    return countries() - _PARTS


@cache
def currencies() -> frozenset[str]:
    """ISO 4217 codes of the money that is paid with somewhere today."""
    return frozenset(code for country in countries() for code in get_territory_currencies(country))


def currency_of(country: str) -> str:
    """What is paid with in a country; "" where that is not known."""
    return next(iter(get_territory_currencies(country)), "") if country in countries() else ""
