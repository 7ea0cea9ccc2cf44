"""Figures in the reader's words."""

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from screenpop.reports.figures import Figure
from screenpop.reports.measures import Measure, Unit
from screenpop.reports.periods import Period
from web.formats import count, duration
from web.i18n import gettext, reader

NONE = "–"


def figure(value: float | None, unit: Unit) -> str:
    """A figure: `87 %`, `0:23`, `1,204`; a dash where there is none."""
    if value is None:
        return NONE
    locale = reader().locale
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
        return gettext("%(points)s points") % {"points": format_decimal(more * 100, "+0.0;-0.0", locale=locale)}
    if unit in ("tone", "score", "number"):
        return str(format_decimal(more, "+0.00;-0.00", locale=locale))
    if not before:
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
