"""What stands in each view of the reports: its totals, plots and tables."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.reports import tables, trackers
from screenpop.reports.asking import wanted
from screenpop.reports.figures import Figure, totals
from screenpop.reports.model import Asked, Dimension, HeatMap, Plot, Report, Table, View

VOLUME = ("answered", "missed", "abandoned", "outgoing")
PEOPLE = (
    *("answered", "missed", "outgoing", "internal", "talk_sum", "talk_mean", "talk_median", "handle_mean"),
    *("hold_share", "transfer_share", "wait_median", "ring_mean", "identified"),
)
PLACES = (
    *("incoming", "answered", "missed", "abandoned", "answer_rate", "service_level", "wait_mean", "wait_median"),
    *("wait_p90", "patience", "talk_mean", "handle_mean"),
)
CLOCK = ("incoming", "answered", "missed", "abandoned", "answer_rate", "service_level", "wait_mean", "wait_median")
CUSTOMERS = ("all", "incoming", "outgoing", "answer_rate", "talk_sum", "talk_mean", "wait_median", "tone")
QUALITY = ("recorded", "score", "tone", "talk_share", "longest", "interruptions", "silence_share", "hold_share")
SPOKEN = (
    *("talked", "talk_share", "longest", "interruptions", "silence_share", "response", "pace"),
    *("tone", "course", "score"),
)
LEVELS = ("answer_rate", "service_level", "response_rate")


@dataclass(slots=True)
class Parts:
    """What has been made so far."""

    plots: list[Plot] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    heat: HeatMap | None = None
    totals: dict[str, Figure] = field(default_factory=dict)


Make = Callable[[AsyncConnection, Asked, Parts], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Plan:
    """`tiles`: the totals by their measures; `parts` fill in the rest."""

    tiles: Sequence[str]
    parts: Sequence[Make]


def _table(dimension: Dimension, keys: Sequence[str]) -> Make:
    async def make(tx: AsyncConnection, asked: Asked, parts: Parts) -> None:
        parts.tables.append(await tables.by(tx, asked, dimension, keys))

    return make


def _clock(dimension: Dimension, keys: Sequence[str]) -> Make:
    async def make(tx: AsyncConnection, asked: Asked, parts: Parts) -> None:
        parts.tables.append(await tables.clock(tx, asked, dimension, keys))

    return make


def _course(*plots: tuple[str, Any, Sequence[str]]) -> Make:
    """Plots over the period, of one statement."""

    async def make(tx: AsyncConnection, asked: Asked, parts: Parts) -> None:
        keys = tuple(dict.fromkeys(key for _, _, shown in plots for key in shown))
        table = await tables.over_time(tx, asked, keys)
        parts.plots += [Plot(key=key, kind=kind, table=table, measures=tables.of(shown)) for key, kind, shown in plots]

    return make


async def _heat(tx: AsyncConnection, asked: Asked, parts: Parts) -> None:
    parts.heat = await tables.heat_map(tx, asked, ("incoming", "answer_rate", "wait_mean"))


async def _spread(tx: AsyncConnection, asked: Asked, parts: Parts) -> None:
    table, even = tables.spread(await tables.by(tx, asked, "agent", ("talked", "talk_sum")))
    parts.tables.append(table)
    parts.totals |= even


async def _trackers(tx: AsyncConnection, asked: Asked, parts: Parts) -> None:
    if asked.hears:
        await trackers.fill(tx, asked, parts.tables, parts.plots)


async def _topics(tx: AsyncConnection, asked: Asked, parts: Parts) -> None:
    if asked.hears:
        parts.tables += await trackers.by_kind(tx, asked)


PLANS: dict[View, Plan] = {
    "overview": Plan(
        (
            *("incoming", "answer_rate", "service_level", "wait_median", "missed", "abandoned", "outgoing"),
            *("response_rate", "good_share", "slow_share", "talk_sum", "talk_mean", "handle_mean", "identified"),
        ),
        (_course(("volume", "bars", VOLUME), ("levels", "lines", LEVELS), ("waits", "lines", ("wait_mean",))),),
    ),
    "agents": Plan((), (_table("agent", PEOPLE),)),
    "teams": Plan((), (_table("team", PEOPLE),)),
    "queues": Plan((), (_table("queue", PLACES), _table("line", PLACES))),
    "hours": Plan((), (_heat, _clock("hour", CLOCK), _clock("weekday", CLOCK))),
    "customers": Plan((), (_table("customer", CUSTOMERS), _table("category", CUSTOMERS))),
    "quality": Plan(
        ("recorded", "score", "tone", "talk_share", "longest", "interruptions", "silence_share", "identified"),
        (_course(("scores", "lines", ("score",)), ("tones", "lines", ("tone",))), _table("agent", QUALITY), _trackers),
    ),
    "conversation": Plan(
        SPOKEN,
        (
            _course(
                ("tones", "lines", ("tone",)), ("scores", "lines", ("score",)), ("shares", "lines", ("talk_share",))
            ),
            _topics,
        ),
    ),
    "evenness": Plan(("even_calls", "even_talk"), (_spread,)),
}


async def make(tx: AsyncConnection, view: View, asked: Asked) -> Report:
    """One view, whole."""
    plan, parts = PLANS[view], Parts()
    for fill in plan.parts:
        await fill(tx, asked, parts)
    before = asked.period.before() if asked.compare and plan.tiles else None
    return Report(
        view=view,
        asked=asked,
        tiles=tables.of(plan.tiles),
        totals=await _totals(tx, asked, plan) | parts.totals,
        before_period=before,
        before=await _before(tx, replace(asked, period=before), plan) if before else {},
        plots=parts.plots,
        tables=parts.tables,
        heat=parts.heat,
    )


async def _totals(tx: AsyncConnection, asked: Asked, plan: Plan) -> dict[str, Figure]:
    counted = [measure for measure in tables.of(plan.tiles) if measure.how != "other"]
    return await totals(tx, wanted(asked, counted)) if counted else {}


async def _before(tx: AsyncConnection, asked: Asked, plan: Plan) -> dict[str, Figure]:
    if plan.tiles == PLANS["evenness"].tiles:
        parts = Parts()
        await _spread(tx, asked, parts)
        return parts.totals
    return await _totals(tx, asked, plan)
