"""What the fields of a customer offer to choose from."""

from collections.abc import Iterable
from dataclasses import dataclass

from aiohttp import web
from babel.numbers import get_currency_name

from screenpop.customers.codes import currencies, whole_countries
from screenpop.customers.fields import TIMEZONES
from web.i18n import reader
from web.keys import services
from web.render import reading

COMMON_CURRENCIES = ("EUR", "USD", "GBP", "CHF", "PLN", "GEL", "AED", "INR", "JPY")
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Choices:
    """Pairs of value and label."""

    categories: Pairs
    people: Pairs
    countries: Pairs
    timezones: tuple[str, ...]


async def choices(request: web.Request) -> Choices:
    """Categories, users, countries in the reader's language, time zones."""
    house = services(request)
    kinds = tuple((kind.id, kind.name) for kind in await house.categories.all())
    people = tuple((user.id, user.name) for user in house.users.all() if user.active)
    with reading(request):
        return Choices(kinds, people, _countries(), tuple(sorted(TIMEZONES)))


def _countries() -> Pairs:
    names = reader().locale.territories
    return tuple(sorted(((code, names.get(code, code)) for code in whole_countries()), key=lambda pair: pair[1]))


def currency_choices(first: Iterable[str]) -> Pairs:
    """Currencies with their names in the reader's language: `first`, then the usual ones, then the others by code."""
    usual = [code for code in (*first, *COMMON_CURRENCIES) if code]
    codes = dict.fromkeys([*usual, *sorted(currencies())])
    return tuple((code, f"{code} · {get_currency_name(code, locale=reader().locale)}") for code in codes)
