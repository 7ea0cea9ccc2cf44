"""Figures in the reader's words."""

from datetime import date

from babel.dates import format_date, get_day_names
from babel.numbers import format_decimal, format_percent

from screenpop.errors import N_
from screenpop.reports.figures import Figure
from screenpop.reports.measures import MEASURES, Measure, Unit
from screenpop.reports.model import Dimension, Row, Table
from screenpop.reports.periods import Period
from web.formats import count, duration
from web.i18n import gettext, reader

NONE = "–"
NOBODY: dict[Dimension, str] = {
    "agent": N_("Nobody's phone"),
    "team": N_("No team"),
    "customer": N_("Unknown callers"),
    "category": N_("No category"),
}


def figure(value: float | None, unit: Unit) -> str:
    """A figure: `87 %`, `0:23`, `1,204`; a dash where there is none."""
    if value is None:
        return NONE
    locale, value = reader().locale, value + 0.0 if round(value, 2) else 0.0  # not -0.00
    match unit:
        case "share":
            return str(format_percent(value, "#,##0.0 %" if 0 < value < 0.1 else "#,##0 %", locale=locale))
        case "seconds" | "hours":
            return duration(round(value))
        case "count":
            return count(round(value))
        case "tone":
            return str(format_decimal(value, "+0.00;-0.00", locale=locale))
        case "score" | "number":
            return str(format_decimal(value, "#,##0.0", locale=locale))


def label(measure: Measure) -> str:
    """What a figure is called; a tracker has the name that an admin gave it."""
    return gettext(measure.label) if measure.key in MEASURES else measure.label


def change(now: Figure, before: Figure, measure: Measure) -> tuple[str, str]:
    """How a figure went since the period before, and whether that is `good`, `bad` or "": (`+12 %`, `good`)."""
    if now.value is None or before.value is None or now.few or before.few:
        return "", ""
    more = now.value - before.value
    text = _more(more, before.value, measure.unit)
    judged = (more > 0) - (more < 0)
    return text, {1: "good", -1: "bad", 0: ""}[judged * measure.better] if text else ""


def _more(more: float, before: float, unit: Unit) -> str:
    locale = reader().locale
    if unit == "share":
        if not round(more * 100, 1):
            return ""
        return gettext("%(points)s points") % {"points": format_decimal(more * 100, "+0.0;-0.0", locale=locale)}
    if unit in ("tone", "score", "number"):
        return str(format_decimal(more, "+0.00;-0.00", locale=locale))
    if not before or not round(more / before, 2):
        return ""
    return str(format_percent(more / before, "+#,##0 %;-#,##0 %", locale=locale))


def days(period: Period) -> str:
    """`1 – 30 Nov 2026`, as the reader writes dates."""
    locale = reader().locale
    if period.first == period.last:
        return str(format_date(period.first, "EEE d MMM y", locale=locale))
    return (
        f"{format_date(period.first, 'd MMM y', locale=locale)} – {format_date(period.last, 'd MMM y', locale=locale)}"
    )


def name_of(row: Row, table: Table, period: Period) -> tuple[str, str]:
    """What a row is called: (short, for the axis of a plot; in full)."""
    if table.by in ("hour", "weekday", "time"):
        return _point(row.key, table.by, period)
    name = row.name or gettext(NOBODY.get(table.by, NONE))
    return name, name


def weekday(day: int) -> str:
    """The short name of a weekday; 0 is Monday."""
    return str(get_day_names("abbreviated", locale=reader().locale)[day])


def _point(key: str, by: Dimension, period: Period) -> tuple[str, str]:
    locale = reader().locale
    if by == "hour":
        return f"{int(key)}:00", f"{int(key)}:00 – {int(key)}:59"
    if by == "weekday":
        return (get_day_names("abbreviated", locale=locale)[int(key)], get_day_names("wide", locale=locale)[int(key)])
    if period.step == "month":
        day = date.fromisoformat(f"{key}-01")
        return str(format_date(day, "MMM", locale=locale)), str(format_date(day, "MMMM y", locale=locale))
    day = date.fromisoformat(key)
    full = str(format_date(day, "EEE d MMM y", locale=locale))
    short = str(format_date(day, "d MMM", locale=locale))
    return short, gettext("Week of %(day)s") % {"day": full} if period.step == "week" else full
