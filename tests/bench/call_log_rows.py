"""A call log as a house of sixty agents has it after three years, written straight into its tables."""

import bisect
import itertools
import json
import random
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from screenpop.ids import make_id

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
DAYS = 3 * 365
AGENTS, CUSTOMERS, NUMBERS = 60, 80_000, 250_000
TEAMS = ("sales", "service", "orders", "billing", "technics", "french")
QUEUES = tuple(f"queue-{n}" for n in range(12))
LINES = tuple(f"+49305550{n:02d}" for n in range(20))
TAGS = tuple(f"tag {n}" for n in range(40))
TRACKERS = tuple(f"tracker-{n}" for n in range(15))
DISPOSITIONS = ("done", "done", "done", "call_back", "passed_on", "wrong_number")
CHUNK = 25_000
SENTENCES = 60_000
HOURS = tuple(
    itertools.accumulate((1, 1, 1, 1, 1, 2, 6, 30, 80, 100, 100, 95, 60, 80, 95, 90, 80, 50, 20, 8, 5, 3, 2, 1))
)
WEEKDAYS = (10, 10, 10, 10, 10, 3, 1)
SYLLABLES = tuple(first + vowel for first in "bdklmnrst" for vowel in "aeiou")


def _words(count: int) -> list[str]:
    """Words of the length that words have: the more common the shorter."""
    pairs = ["".join(pair) for pair in itertools.product(SYLLABLES, repeat=2)]
    return (pairs + ["".join(three) for three in itertools.product(SYLLABLES, repeat=3)])[:count]


WORDS = _words(20_000)
_WEIGHTS = tuple(itertools.accumulate(1 / (rank + 5) for rank in range(len(WORDS))))
_POOL: list[str] = []


def user_id(number: int) -> str:
    return make_id(1_000 + number, number)


def seat(number: int) -> str:
    return str(101 + number)


def customer_id(number: int) -> str:
    return make_id(2_000_000 + number, number)


def some_customer(chance: random.Random) -> int:
    """Few call often, many seldom."""
    return int(chance.random() ** 3 * CUSTOMERS)


def phrase(chance: random.Random) -> str:
    """Three words that somebody said."""
    words = chance.choice(pool()).split()
    at = chance.randrange(len(words) - 2)
    return " ".join(words[at : at + 3])


def pool() -> list[str]:
    """Sentences in which words are as common as they are in a language."""
    if not _POOL:
        chance = random.Random(3)
        for _ in range(SENTENCES):
            _POOL.append(" ".join(chance.choices(WORDS, cum_weights=_WEIGHTS, k=chance.randrange(5, 15))))
    return _POOL


def fill(database: Path, calls: int) -> None:
    """Write them, in the order in which they would have come."""
    connection = sqlite3.connect(database, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = OFF", "foreign_keys = OFF", "cache_size = -400000"):
        connection.execute(f"PRAGMA {pragma}")
    indexes = _drop(connection)
    _people(connection)
    for rows in _chunks(calls):
        connection.execute("BEGIN")
        _write(connection, rows)
        connection.execute("COMMIT")
    for statement in indexes:
        connection.execute(statement)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _drop(connection: sqlite3.Connection) -> list[str]:
    """Indexes are made afterwards, all at once; the text index is filled as in life, a little at a time."""
    wanted = ("call", "call_tag", "tracker_hit", "transcript", "analysis", "recording")
    rows = connection.execute("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
    found = [(name, sql) for name, table, sql in rows.fetchall() if table in wanted]
    for name, _ in found:
        connection.execute(f'DROP INDEX "{name}"')
    return [sql for _, sql in found]


def _people(connection: sqlite3.Connection) -> None:
    now = "2023-01-01 00:00:00.000000"
    users = [(user_id(n), f"agent{n}", f"Agent {n}", TEAMS[n % len(TEAMS)], now) for n in range(AGENTS)]
    connection.executemany(
        "INSERT INTO user (id, login, name, team, created_at, role) VALUES (?,?,?,?,?,'agent')", users
    )
    names = (
        (customer_id(n), f"Customer {WORDS[n % 9000]} {n}", f"customer {WORDS[n % 9000]} {n}", now, now)
        for n in range(CUSTOMERS)
    )
    connection.execute("BEGIN")
    connection.executemany(
        "INSERT INTO customer (id, name, name_key, category_id, created_at, updated_at) VALUES (?,?,?,'ordinary',?,?)",
        names,
    )
    texts = ((n, customer_id(n), f"customer {WORDS[n % 9000]} {n}") for n in range(CUSTOMERS))
    connection.executemany("INSERT INTO customer_search (row, customer_id, text) VALUES (?,?,?)", texts)
    trackers = [(tracker, tracker, "[]", now) for tracker in TRACKERS]
    connection.executemany("INSERT INTO word_tracker (id, name, phrases, updated_at) VALUES (?,?,?,?)", trackers)
    connection.execute("COMMIT")


def _chunks(calls: int) -> Iterator[list[dict[str, Any]]]:
    chance, moments = random.Random(1), _moments(calls)
    number = itertools.count()
    while chunk := list(itertools.islice(moments, CHUNK)):
        yield [_call(chance, next(number), began) for began in chunk]


def _moments(calls: int) -> Iterator[datetime]:
    """When calls began, in order: by the weekday and the hour."""
    chance = random.Random(2)
    first = (NOW - timedelta(days=DAYS)).replace(hour=0)
    days = [first + timedelta(days=n) for n in range(DAYS)]
    weights = [WEEKDAYS[day.weekday()] for day in days]
    each = [round(calls * weight / sum(weights)) for weight in weights]
    each[-1] += calls - sum(each)
    for day, count in zip(days, each, strict=True):
        seconds = sorted(
            bisect.bisect(HOURS, chance.random() * HOURS[-1]) * 3600 + chance.random() * 3600
            for _ in range(max(0, count))
        )
        yield from (day + timedelta(seconds=round(second, 6)) for second in seconds)


def _call(chance: random.Random, number: int, began: datetime) -> dict[str, Any]:
    incoming, agent = chance.random() < 0.72, chance.randrange(AGENTS)
    direction = "incoming" if incoming else "outgoing" if chance.random() < 0.93 else "internal"
    answered = chance.random() < 0.84
    talk = round(min(chance.expovariate(1 / 210), 5000), 2) if answered else 0.0
    queued = incoming and chance.random() < 0.8
    wait = round(chance.expovariate(1 / 35), 2) if queued else 0.0
    caller = some_customer(chance) if chance.random() < 0.7 else None
    heard = answered and talk > 15 and chance.random() < 0.8
    result = (
        "answered"
        if answered
        else chance.choice(("missed", "abandoned", "missed"))
        if incoming
        else chance.choice(("no_answer", "no_answer", "busy", "failed"))
    )
    key = f"+4930{(caller if caller is not None else CUSTOMERS + chance.randrange(NUMBERS)) * 7919 % 100_000_000:08d}"
    return {
        "id": f"{began.timestamp():.0f}.{number}",
        "direction": direction,
        "remote_raw": key,
        "number": key,
        "customer_id": None if caller is None else customer_id(caller),
        "to": seat(agent) if answered else " ".join(seat(chance.randrange(AGENTS)) for _ in range(3)),
        "line": chance.choice(LINES) if incoming else "",
        "queue": QUEUES[int(chance.random() ** 2 * len(QUEUES))] if queued else "",
        "agent": seat(agent),
        "user_id": user_id(agent) if answered or not incoming else None,
        "started_at": _stored(began),
        "answered_at": _stored(began + timedelta(seconds=wait + 4)) if answered else None,
        "ended_at": _stored(began + timedelta(seconds=wait + 4 + talk)),
        "talk_seconds": talk,
        "wait_seconds": wait,
        "ring_seconds": 4.0,
        "result": result,
        "disposition": chance.choice(DISPOSITIONS) if answered and chance.random() < 0.5 else "",
        "recorded": int(heard),
        "score": round(min(max(chance.gauss(72, 15), 0), 100), 1) if heard else None,
        "sentiment": round(min(max(chance.gauss(0.1, 0.3), -1), 1), 3) if heard else None,
        "heard": chance.choices(pool(), k=chance.randrange(3, 12)) if heard else [],
        "order": chance.randrange(10**7),
        "tags": [chance.choice(TAGS)] if chance.random() < 0.15 else [],
        "trackers": [chance.choice(TRACKERS)] if heard and chance.random() < 0.2 else [],
        "row": int(began.timestamp() * 1_000_000),
    }


COLUMNS = (
    *("id", "direction", "remote_raw", "number", "customer_id", "to", "line", "queue", "agent", "user_id"),
    *("started_at", "answered_at", "ended_at", "talk_seconds", "wait_seconds", "ring_seconds", "result"),
    *("disposition", "recorded", "score", "sentiment"),
)


def _write(connection: sqlite3.Connection, rows: Sequence[dict[str, Any]]) -> None:
    names, marks = ", ".join(f'"{name}"' for name in COLUMNS), ", ".join(f":{name}" for name in COLUMNS)
    plain = [{name: row[name] for name in COLUMNS} for row in rows]
    connection.executemany(f"INSERT INTO call ({names}) VALUES ({marks})", plain)
    connection.executemany(
        "INSERT INTO call_tag VALUES (?, ?)", [(row["id"], tag) for row in rows for tag in row["tags"]]
    )
    heard = [row for row in rows if row["heard"]]
    texts = [
        (row["row"] + n % 7, row["id"], f"{' '.join(row['heard'])} order {row['order']}") for n, row in enumerate(heard)
    ]
    connection.executemany("INSERT OR IGNORE INTO call_text (row, call_id, text) VALUES (?, ?, ?)", texts)
    recordings = [(row["id"], row["id"], "stored", row["id"], row["started_at"]) for row in heard]
    connection.executemany(
        "INSERT INTO recording (id, call_id, state, name, started_at) VALUES (?,?,?,?,?)", recordings
    )
    said = [(row["id"], row["id"], _segments(row["heard"]), row["started_at"]) for row in heard]
    connection.executemany(
        "INSERT INTO transcript (recording_id, call_id, segments, created_at) VALUES (?,?,?,?)", said
    )
    hits = [
        (f"{row['id']}-{n}", tracker, row["id"], row["id"])
        for row in heard
        for n, tracker in enumerate(row["trackers"])
    ]
    connection.executemany("INSERT INTO tracker_hit (id, tracker_id, call_id, recording_id) VALUES (?,?,?,?)", hits)


def _segments(sentences: Sequence[str]) -> str:
    sides = itertools.cycle(("agent", "customer"))
    return json.dumps(
        [
            {"side": side, "start": at * 5.0, "end": at * 5.0 + 4, "text": text}
            for at, (side, text) in enumerate(zip(sides, sentences, strict=False))
        ]
    )


def _stored(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")
