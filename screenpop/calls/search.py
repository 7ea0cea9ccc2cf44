"""Which calls: one frozen value from the address of the call log, and back to it.

`/calls?PARAMETERS` (and `/calls/export.csv`, `/calls/export.xlsx`) take these; what is left out does not mind. A name
may be given several times: any of its values will do. Different names must all hold.

| name | value |
|---|---|
| `period` | `today` `yesterday` `week` `last_week` `month` `last_month` `year`, or `30d`, today included |
| `from`, `to` | a day, `2026-03-01` (`to` is included), or a moment, `2026-03-01T14:00` (`to` is not) |
| `direction` | `incoming` `outgoing` `internal` |
| `agent` | an extension (who took the call, or whose phone rang last), or a user's id |
| `team` | the group of the user who took or placed the call |
| `queue`, `line` | the queue's name; the called number of ours, as the call has it |
| `customer` | a customer's id, or `unknown` for calls of nobody we know |
| `category` | the id of the customer's category |
| `number` | any part of the other side's number, as people write it |
| `result` | `answered` `missed` `abandoned` `no_answer` `busy` `failed` |
| `min_talk`, `max_talk` | talk time in seconds, or `3:00`; both are included |
| `min_wait`, `max_wait` | time in queues, the same way |
| `tag`, `disposition` | as people put them |
| `tracker` | the id of a tracker whose words were said |
| `min_score`, `max_score` | 0 to 100; both are included |
| `sentiment` | `bad` `neutral` `good` |
| `recorded` | `yes` or `no` |
| `known` | calls of which a figure is known: `score` `tone` `talk_share` … (`KNOWN`, see `screenpop.calls.values`) |
| `own` | `yes`: the reader's own calls, also for those who see everybody's |
| `follow_up` | `open` `overdue` `done`, or `any` |
| `q` | words of notes and transcripts, the customer's name or number; "a phrase" in quotes, `begin*` |
| `hour` | 0 to 23: the hour in which the call began |
| `weekday` | 0 (Monday) to 6 |
| `sort` | `time` (default) `talk` `wait` `score`: the newest, longest, highest first; `-time` … the other way round |

Days, hours and weekdays are those of the reader's time zone. A value that cannot be read is a BadInput whose `field`
is the name; other names are not looked at (a page has some of its own).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from screenpop.calls import period as periods
from screenpop.calls.period import Bound
from screenpop.customers.fields import tame
from screenpop.errors import BadInput
from screenpop.numbers import fold_digits

DIRECTIONS: Final = ("incoming", "outgoing", "internal")
RESULTS: Final = ("answered", "missed", "abandoned", "no_answer", "busy", "failed")
SENTIMENTS: Final = ("bad", "neutral", "good")
FOLLOW_UPS: Final = ("open", "overdue", "done", "any")
SORTS: Final = ("time", "talk", "wait", "score")
KNOWN: Final = (
    *("ring", "hold", "identified", "score", "tone", "talk_share"),
    *("longest", "interruptions", "silence", "response", "pace", "course"),
)
UNKNOWN: Final = "unknown"
"""In place of a customer: nobody we know."""
LONGEST: Final = 200
MOST_VALUES: Final = 50
MOST_SECONDS: Final = 1_000_000
RENAMED: Final = {"start": "from", "end": "to"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is looked for, as the table above has it; "", () and None do not mind. Times are in seconds."""

    period: str = ""
    start: Bound | None = None
    end: Bound | None = None
    direction: tuple[str, ...] = ()
    agent: tuple[str, ...] = ()
    team: tuple[str, ...] = ()
    queue: tuple[str, ...] = ()
    line: tuple[str, ...] = ()
    customer: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    number: str = ""
    result: tuple[str, ...] = ()
    min_talk: float | None = None
    max_talk: float | None = None
    min_wait: float | None = None
    max_wait: float | None = None
    tag: tuple[str, ...] = ()
    disposition: tuple[str, ...] = ()
    tracker: tuple[str, ...] = ()
    min_score: float | None = None
    max_score: float | None = None
    sentiment: tuple[str, ...] = ()
    recorded: bool | None = None
    known: tuple[str, ...] = ()
    own: str = ""
    follow_up: str = ""
    hour: tuple[int, ...] = ()
    weekday: tuple[int, ...] = ()
    q: str = ""
    sort: str = "time"

    @property
    def sorted_by(self) -> str:
        """What they are sorted by, whichever way."""
        return self.sort.removeprefix("-")

    @property
    def descending(self) -> bool:
        """The newest, longest or highest come first."""
        return not self.sort.startswith("-")


EVERYTHING: Final = Search()


def parse(query: str) -> Search:
    """The search of a query such as "direction=incoming&tag=a&tag=b". Raises BadInput, with the name as `field`."""
    given: dict[str, list[str]] = {}
    for name, value in _pairs(query):
        text = tame(value) if len(value) <= LONGEST else value
        if text and name in _READ:
            given.setdefault(name, []).append(text)
    return _whole(Search(**{_FIELD[name]: _READ[name](name, values) for name, values in given.items()}))


def to_query(search: Search) -> str:
    """The query that `parse` makes this search of; "" for everything."""
    pairs: list[tuple[str, str]] = []
    for name, attribute in _FIELD.items():
        if getattr(search, attribute) != getattr(EVERYTHING, attribute):
            pairs += [(name, text) for text in value_of(search, name)]
    return urlencode(pairs)


def active(search: Search) -> list[str]:
    """The names that narrow the search, the order of the rows aside."""
    return [name for name, at in _FIELD.items() if at != "sort" and getattr(search, at) != getattr(EVERYTHING, at)]


def value_of(search: Search, name: str) -> list[str]:
    """What stands in the address after this name: one text for each value."""
    value = getattr(search, _FIELD[name])
    return [_written(each) for each in (value if isinstance(value, tuple) else (value,))]


def without(search: Search, name: str, value: str = "") -> Search:
    """The search without this filter, or without this one of its values."""
    attribute = _FIELD[name]
    old = getattr(search, attribute)
    kept = tuple(each for each in old if str(each) != value) if isinstance(old, tuple) and value else ()
    values = {each.name: getattr(search, each.name) for each in fields(Search)}
    return Search(**values | {attribute: kept or getattr(EVERYTHING, attribute)})


def _pairs(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query, max_num_fields=500)
    except ValueError:
        raise BadInput("There is too much in this address.") from None


def _whole(search: Search) -> Search:
    """What holds between fields."""
    if search.start and search.end and not periods.in_order(search.start, search.end):
        raise BadInput("The period ends before it begins.", "to")
    for low, high in (("min_talk", "max_talk"), ("min_wait", "max_wait"), ("min_score", "max_score")):
        bounds = getattr(search, low), getattr(search, high)
        if None not in bounds and bounds[0] > bounds[1]:
            raise BadInput("The most is below the least.", high)
    if search.sorted_by == "score" and search.min_score is None:
        return replace(search, min_score=0.0)  # a call without a score has no place in this order
    return search


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.15g}"
    return periods.written(value) if isinstance(value, Bound) else str(value)


# ---------------------------------------------------------------- how each is read


def _last(name: str, values: Sequence[str]) -> str:
    if len(values[-1]) > LONGEST:
        raise BadInput("This is longer than 200 characters.", name)
    return values[-1]


def _number(name: str, values: Sequence[str]) -> str:
    text = _last(name, values)
    if not fold_digits(text):
        raise BadInput("Write a part of a number.", name)
    return text


def _several(name: str, values: Sequence[str]) -> tuple[str, ...]:
    if len(values) > MOST_VALUES:
        raise BadInput("These are too many.", name)
    return tuple(dict.fromkeys(_last(name, [value]) for value in values))


def _some_of(known: Sequence[str]) -> Callable[[str, Sequence[str]], tuple[str, ...]]:
    def read(name: str, values: Sequence[str]) -> tuple[str, ...]:
        return tuple(_known(name, value, known) for value in _several(name, values))

    return read


def _one_of(known: Sequence[str]) -> Callable[[str, Sequence[str]], str]:
    return lambda name, values: _known(name, values[-1], known)


def _known(name: str, value: str, known: Sequence[str]) -> str:
    if value not in known:
        raise BadInput("%(value)s is none of: %(known)s.", name, value=value[:LONGEST], known=", ".join(known))
    return value


def _whole_numbers(most: int) -> Callable[[str, Sequence[str]], tuple[int, ...]]:
    def read(name: str, values: Sequence[str]) -> tuple[int, ...]:
        if not all(value.isascii() and value.isdecimal() and len(value) < 4 and int(value) <= most for value in values):
            raise BadInput("Write a whole number from 0 to %(most)s.", name, most=most)
        return tuple(sorted({int(value) for value in values}))

    return read


def _seconds(name: str, values: Sequence[str]) -> float:
    """`90`, `1:30`, `1:02:03`."""
    parts = values[-1].split(":")
    try:
        total = 0.0
        for part in parts:
            total = total * 60 + _plain_number(part)
    except ValueError:
        total = -1.0
    if not 0 <= total <= MOST_SECONDS or len(parts) > 3:
        raise BadInput("Write seconds, or minutes as 3:00.", name)
    return total


def _score(name: str, values: Sequence[str]) -> float:
    try:
        value = _plain_number(values[-1])
    except ValueError:
        value = -1.0
    if not 0 <= value <= 100:
        raise BadInput("Write a number from 0 to 100.", name)
    return value


def _plain_number(text: str) -> float:
    if not text.isascii() or len(text) > 20 or not text.replace(".", "", 1).isdecimal():
        raise ValueError(text)
    return float(text)


def _yes(name: str, values: Sequence[str]) -> bool:
    return _known(name, values[-1], ("yes", "no")) == "yes"


def _word(name: str, values: Sequence[str]) -> str:
    if not periods.is_word(values[-1]):
        raise BadInput("Write a period such as today, week or 30d.", name)
    return values[-1]


def _bound(name: str, values: Sequence[str]) -> Bound:
    try:
        return periods.read(values[-1])
    except ValueError:
        raise BadInput("Write a day as 2026-03-01.", name) from None


_READ: Final[Mapping[str, Callable[[str, Sequence[str]], Any]]] = {
    "period": _word,
    "from": _bound,
    "to": _bound,
    "direction": _some_of(DIRECTIONS),
    **dict.fromkeys(
        ("agent", "team", "queue", "line", "customer", "category", "tag", "disposition", "tracker"), _several
    ),
    "number": _number,
    "result": _some_of(RESULTS),
    **dict.fromkeys(("min_talk", "max_talk", "min_wait", "max_wait"), _seconds),
    **dict.fromkeys(("min_score", "max_score"), _score),
    "sentiment": _some_of(SENTIMENTS),
    "recorded": _yes,
    "known": _some_of(KNOWN),
    "own": _one_of(("yes",)),
    "follow_up": _one_of(FOLLOW_UPS),
    "hour": _whole_numbers(23),
    "weekday": _whole_numbers(6),
    "q": _last,
    "sort": _one_of([way + name for name in SORTS for way in ("", "-")]),
}
_FIELD: Final = {RENAMED.get(each.name, each.name): each.name for each in fields(Search)}
"""The name in the address -> the attribute."""
