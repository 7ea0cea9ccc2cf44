"""How values are written for the reader: times, durations, money, countries. All are filters of the templates."""

import colorsys
from datetime import UTC, date, datetime
from typing import Any

import phonenumbers
from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal, format_percent, get_currency_precision

from screenpop import problems
from web.i18n import gettext, reader, zone

Moment = datetime | float | int


def moment(value: Moment) -> datetime:
    """A time as an aware datetime in the reader's zone; numbers are Unix seconds."""
    aware = value if isinstance(value, datetime) else datetime.fromtimestamp(value, UTC)
    return aware.astimezone(reader().zone)


def clock(value: Moment | None) -> str:
    """`14:32`; "" for no time."""
    return "" if value is None else format_time(moment(value), "short", locale=reader().locale)


def when(value: Moment | None, now: Moment | None = None) -> str:
    """`today 14:32`, `yesterday 09:05`, `3 Mar 14:32`, `3 Mar 2024`; "" for no time."""
    if value is None:
        return ""
    at, today = moment(value), moment(datetime.now(UTC) if now is None else now).date()
    days = (today - at.date()).days
    if days == 0:
        return gettext("today %(time)s") % {"time": clock(at)}
    if days == 1:
        return gettext("yesterday %(time)s") % {"time": clock(at)}
    if at.year == today.year:
        return f"{format_date(at, 'd MMM', locale=reader().locale)} {clock(at)}"
    return format_date(at, "d MMM y", locale=reader().locale)


def exact(value: Moment | None) -> str:
    """The full date and time, for a tooltip."""
    if value is None:
        return ""
    at = moment(value)
    return f"{format_date(at, 'full', locale=reader().locale)} {format_time(at, 'medium', locale=reader().locale)}"


def bound(text: str) -> str:
    """One end of a period as an address has it (`2026-10-24`, `2026-10-24T14:00`) for a person: `24 Oct 2026`."""
    locale = reader().locale
    if len(text) <= 10:
        return str(format_date(date.fromisoformat(text), "d MMM y", locale=locale))
    at = datetime.fromisoformat(text)
    at = at.astimezone(reader().zone) if at.tzinfo else at
    return f"{format_date(at, 'd MMM y', locale=locale)} {format_time(at.time(), 'short', locale=locale)}"


def iso(value: Moment | None) -> str:
    """For `<time datetime>`."""
    return "" if value is None else moment(value).isoformat(timespec="seconds")


def duration(seconds: float | None) -> str:
    """`3:07`, `1:02:45`; "" for none."""
    if seconds is None:
        return ""
    minutes, rest = divmod(max(0, int(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def money(minor: int | None, currency: str = "") -> str:
    """An amount in minor units, with its currency where there is one: `€1,240.00`."""
    if minor is None:
        return ""
    if not currency:
        return str(format_decimal(minor / 100, "#,##0.00", locale=reader().locale))
    value = minor / 10 ** get_currency_precision(currency)
    return str(format_currency(value, currency, locale=reader().locale, format_type="standard"))


def count(number: float) -> str:
    """A number with the reader's separators."""
    return str(format_decimal(number, locale=reader().locale))


def percent(share: float | None) -> str:
    """A share (0 to 1) as whole percent: `56%`; "" for none."""
    return "" if share is None else str(format_percent(share, locale=reader().locale))


def decimal(number: float | None, places: int = 1) -> str:
    """A number with so many decimal places, in the reader's writing; "" for none."""
    shape = "#,##0" + ("." + "0" * places if places else "")
    return "" if number is None else str(format_decimal(number, shape, locale=reader().locale))


def country(code: str) -> str:
    """The name of an ISO 3166 country in the reader's language; what was given where it is no code."""
    return reader().locale.territories.get(code.upper(), code) if code else ""


def local_time(timezone: str, now: Moment | None = None) -> str:
    """What the clock says there; "" for no or an unknown zone."""
    place = zone(timezone)
    if not timezone or (place.key == "UTC" and timezone.upper() != "UTC"):
        return ""
    at = moment(datetime.now(UTC) if now is None else now).astimezone(place)
    return format_time(at, "short", locale=reader().locale)


def zone_choice(name: str) -> tuple[str, str]:
    """A time zone as an option of a list: its name, and the name with spaces for people's eyes."""
    return name, name.replace("_", " ")


def phone(number: str) -> str:
    """An E.164 number as one reads it aloud, internationally; anything else as it is."""
    if not number.startswith("+"):
        return number
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def at_home(e164: str, national: str, country: str) -> str:
    """A number for people of `country` (ISO 3166): `national` where it is theirs or has no E.164 form, else E.164."""
    try:
        ours = phonenumbers.region_code_for_number(phonenumbers.parse(e164)) == country
    except phonenumbers.NumberParseException:
        ours = True
    return national if ours else phone(e164)


def initials(name: str) -> str:
    """One or two letters that stand for a name where there is no picture."""
    words = [word for word in name.split() if word[:1].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()


COLOURS = {"red": 4, "orange": 22, "amber": 42, "green": 135, "teal": 186, "blue": 214, "violet": 266, "pink": 328}
"""The colours of tokens.css (`data-colour`) by their hue in degrees; besides them there is grey."""


def colour_name(value: str) -> str:
    """The colour of tokens.css for a category: its name, or the one nearest to a hex colour; else grey.

    No style may stand in a page (the content policy), and only these have their contrast in light and dark.
    """
    if value in COLOURS:
        return value
    try:
        red, green, blue = (int(value.removeprefix("#")[at : at + 2], 16) / 255 for at in (0, 2, 4))
    except ValueError:
        return "grey"
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    if saturation < 0.2 or not 0.04 < lightness < 0.97:
        return "grey"
    return min(COLOURS, key=lambda name: min(abs(hue * 360 - COLOURS[name]), 360 - abs(hue * 360 - COLOURS[name])))


def problem(stored: str) -> str:
    """What went wrong with a recording or its analysis, in the reader's language."""
    return problems.in_words(stored, gettext)


FILTERS: dict[str, Any] = {
    function.__name__: function
    for function in (
        clock,
        when,
        exact,
        iso,
        bound,
        duration,
        money,
        count,
        percent,
        decimal,
        country,
        local_time,
        phone,
        at_home,
        initials,
        colour_name,
        zone_choice,
        problem,
    )
}
