"""The call log's filters once more, in plain Python over rows in memory: what every search is held against."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from screenpop.calls.period import span
from screenpop.calls.search import Search
from screenpop.calls.search_sql import BAD, EVERYBODY, GOOD, Whose
from screenpop.calls.search_words import bare, number_parts, places, terms, tokens
from screenpop.customers.fold import fold
from screenpop.numbers import Numbers, fold_digits


@dataclass(frozen=True, kw_only=True)
class Log:
    """All there is: rows by column name, and what stands in other tables about them."""

    calls: list[dict[str, Any]]
    customers: dict[str, tuple[str, str]]
    """id -> (name, category)."""
    teams: dict[str, str]
    """user -> team."""
    tags: dict[str, set[str]]
    hits: dict[str, set[str]]
    texts: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Naive:
    """One search over a log."""

    log: Log
    search: Search
    numbers: Numbers
    now: datetime
    zone: tzinfo
    whose: Whose = EVERYBODY

    def ids(self) -> list[str]:
        """The calls that fit, in order."""
        found = [row for row in self.log.calls if self.fits(row)]
        found.sort(key=self._place, reverse=self.search.descending)
        return [row["id"] for row in found]

    def fits(self, row: Mapping[str, Any]) -> bool:
        checks = (self._own, self._words, self._ranges, self._period, self._people, self._text, self._follow_up)
        return all(check(row) for check in checks)

    def _place(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        column = {"time": "started_at", "talk": "talk_seconds", "wait": "wait_seconds", "score": "score"}
        return row[column[self.search.sorted_by]], row["started_at"], row["id"]

    def _own(self, row: Mapping[str, Any]) -> bool:
        if not self.whose.user:
            return True
        mine = row["user_id"] == self.whose.user
        unclaimed = row["user_id"] is None and row["agent"] in self.whose.agents
        rang = row["answered_at"] is None and any(seat in row["to"].split() for seat in self.whose.agents)
        mine = mine or row["follow_up_user"] == self.whose.user
        return mine or unclaimed or rang or (row["direction"] == "internal" and row["number"] in self.whose.agents)

    def _words(self, row: Mapping[str, Any]) -> bool:
        s = self.search
        names = ("direction", "result", "queue", "line", "disposition")
        plain = all(not getattr(s, name) or row[name] in getattr(s, name) for name in names)
        agent = not s.agent or row["agent"] in s.agent or row["user_id"] in s.agent
        tags = not s.tag or bool(self.log.tags.get(row["id"], set()) & set(s.tag))
        hits = not s.tracker or bool(self.log.hits.get(row["id"], set()) & set(s.tracker))
        columns = {"score": "score", "tone": "sentiment", "talk_share": "talk_share"}
        known = not s.known or any(row[columns[name]] is not None for name in s.known)
        return known and plain and agent and tags and hits and s.recorded in (None, row["recorded"])

    def _ranges(self, row: Mapping[str, Any]) -> bool:
        s = self.search
        bounds = (
            (row["talk_seconds"], s.min_talk, s.max_talk),
            (row["wait_seconds"], s.min_wait, s.max_wait),
            (row["score"], s.min_score, s.max_score),
        )
        scored = row["score"] is not None or s.sorted_by != "score"
        return scored and self._tone(row["sentiment"]) and all(_between(*each) for each in bounds)

    def _tone(self, value: float | None) -> bool:
        if not self.search.sentiment:
            return True
        tone = "bad" if (value or 0) <= BAD else "good" if (value or 0) >= GOOD else "neutral"
        return value is not None and tone in self.search.sentiment

    def _period(self, row: Mapping[str, Any]) -> bool:
        s, at = self.search, row["started_at"]
        begin, end = span(s.period, s.start, s.end, self.now, self.zone)
        local = at.astimezone(self.zone)
        inside = (begin is None or at >= begin) and (end is None or at < end)
        return inside and (not s.hour or local.hour in s.hour) and (not s.weekday or local.weekday() in s.weekday)

    def _people(self, row: Mapping[str, Any]) -> bool:
        s, who = self.search, row["customer_id"]
        known = not s.customer or (who or "unknown") in s.customer
        category = not s.category or (who is not None and self.log.customers[who][1] in s.category)
        team = not s.team or self.log.teams.get(row["user_id"] or "") in s.team
        return known and category and team and (not s.number or self._has(row, s.number))

    def _has(self, row: Mapping[str, Any], part: str) -> bool:
        return any(each in row["number"] for each in number_parts(part, self.numbers))

    def _text(self, row: Mapping[str, Any]) -> bool:
        q = self.search.q
        if not q:
            return True
        said, wanted = tokens(self.log.texts.get(row["id"], "")), terms(q)
        name = fold(self.log.customers[row["customer_id"]][0]) if row["customer_id"] else ""
        words = fold(bare(q)).split()
        return (
            (bool(wanted) and all(places(term, said) for term in wanted))
            or (bool(name) and bool(words) and all(word in name for word in words))
            or (len(fold_digits(bare(q))) >= 3 and self._has(row, bare(q)))
        )

    def _follow_up(self, row: Mapping[str, Any]) -> bool:
        due, done = row["follow_up_at"], row["follow_up_done_at"]
        told = {
            "": True,
            "any": due is not None,
            "open": due is not None and done is None,
            "done": due is not None and done is not None,
            "overdue": due is not None and done is None and due < self.now,
        }
        return told[self.search.follow_up]


def _between(value: float | None, low: float | None, high: float | None) -> bool:
    if (low, high) == (None, None):
        return True
    return value is not None and (low is None or value >= low) and (high is None or value <= high)
