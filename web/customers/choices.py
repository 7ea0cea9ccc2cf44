"""What the fields of a customer offer to choose from."""

from dataclasses import dataclass

from aiohttp import web

from screenpop.customers.fields import TIMEZONES
from web.i18n import reader
from web.keys import services
from web.render import reading

_NO_COUNTRIES = frozenset({"ZZ", "QO", "EU", "EZ", "UN", "XA", "XB", "AC", "CP", "DG", "EA", "IC", "TA", "CQ"})
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
    names = {str(code): str(name) for code, name in reader().locale.territories.items()}
    codes = (code for code in names if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES)
    return tuple(sorted(((code, names[code]) for code in codes), key=lambda pair: pair[1]))
