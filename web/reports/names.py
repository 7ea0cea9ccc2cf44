"""What the views, the periods and the filters of reports are called."""

from collections.abc import Mapping
from typing import Final

from screenpop.errors import N_
from screenpop.reports.choices import choices
from screenpop.reports.model import Asked, View
from web.i18n import gettext
from web.reports.asking import chosen
from web.reports.house import House

NAMES: Final[Mapping[View, str]] = {
    "overview": N_("Overview"),
    "agents": N_("Agents"),
    "teams": N_("Teams"),
    "queues": N_("Queues and lines"),
    "hours": N_("Hours"),
    "customers": N_("Customers"),
    "quality": N_("Quality"),
    "evenness": N_("Evenness"),
}
PERIODS: Final[Mapping[str, str]] = {
    "today": N_("Today"),
    "yesterday": N_("Yesterday"),
    "week": N_("This week"),
    "last_week": N_("Last week"),
    "month": N_("This month"),
    "last_month": N_("Last month"),
    "30d": N_("Last 30 days"),
    "90d": N_("Last 90 days"),
    "year": N_("This year"),
}
TITLES: Final[Mapping[str, str]] = {
    "volume": N_("Calls"),
    "levels": N_("Answered, and in time"),
    "waits": N_("Response time"),
    "scores": N_("Score"),
    "tones": N_("Tone"),
    "trackers": N_("Trackers: calls in which they were heard"),
    "agent": N_("Agents"),
    "team": N_("Teams"),
    "queue": N_("Queues"),
    "line": N_("Lines"),
    "customer": N_("Customers"),
    "category": N_("Categories"),
    "hour": N_("Hours of the day"),
    "weekday": N_("Weekdays"),
    "shares": N_("Agent's share of the talk"),
    "topic": N_("Topics"),
    "tracker": N_("Trackers"),
}
"""Plots by their key, tables by what they tell apart."""
DIRECTIONS: Final[Mapping[str, str]] = {
    "incoming": N_("Incoming"),
    "outgoing": N_("Outgoing"),
    "internal": N_("Internal"),
}


async def filter_words(house: House, asked: Asked) -> list[str]:
    """What the calls are limited to, a line each: `Queue: sales`."""
    given, known = chosen(asked), await choices(house.store)
    user = house.users.get(given["agent"])
    lines = {
        "Direction": gettext(DIRECTIONS.get(given["direction"], "")) if given["direction"] else "",
        "Agent": user.name if user else house.people.name_at(given["agent"]) or given["agent"],
        "Team": given["team"],
        "Queue": given["queue"],
        "Line": dict(known.lines).get(given["line"], given["line"]),
        "Category": dict(known.categories).get(given["category"], given["category"]),
        "Customer": await _customer(house, given["customer"]),
    }
    return [f"{gettext(name)}: {value}" for name, value in lines.items() if value]


async def _customer(house: House, customer_id: str) -> str:
    if not customer_id or customer_id == "unknown":
        return customer_id and gettext("Unknown callers")
    return (await house.customers.get(customer_id)).title
