"""An admin's trackers: words and phrases that are looked for in what was said, and where they were."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Literal, get_args

import msgspec

from screenpop.analysis.model import SIDES, ScriptLine, Segment, Side, TrackerHit, Word
from screenpop.analysis.phrases import Found, Matcher, matcher
from screenpop.analysis.spoken import Token, shown, tokens_of

Kind = Literal["words", "topic", "script", "forbidden"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_SPACE = re.compile(r"(\s+)")


class Tracker(msgspec.Struct, frozen=True, kw_only=True):
    """What is listened for. `kind`: words are marked; a topic also says what a call was about; a script must be said;
    what is forbidden must not. `side` "" is both; `within_s` 0 is the whole call, else only so many seconds from the
    begin of the conversation. `phrases` are written as `screenpop.analysis.phrases` reads them."""

    id: str
    name: str
    kind: Kind = "words"
    side: Side | Literal[""] = ""
    phrases: tuple[str, ...] = ()
    alert: bool = False
    active: bool = True
    within_s: int = 0
    sort: int = 0


class Ears:
    """Trackers made ready once for many calls. Raises BadInput for a phrase that cannot be read."""

    def __init__(self, trackers: Iterable[Tracker]) -> None:
        self.trackers = tuple(each for each in trackers if each.active)
        self._by_side = {side: self._matcher(side) for side in SIDES}

    def hear(self, tokens: Sequence[Token], side: Side, begins_s: float = 0.0) -> list[TrackerHit]:
        """What `side` said of it, in order of time. `begins_s`: when the conversation began."""
        hits = [self._hit(found, tokens, side) for found in self._by_side[side].find(tokens)]
        limits = {each.id: begins_s + each.within_s for each in self.trackers if each.within_s}
        return [hit for hit in hits if hit.start <= limits.get(hit.tracker_id, hit.start)]

    def script(self, hits: Iterable[TrackerHit], spoke: frozenset[Side]) -> tuple[ScriptLine, ...]:
        """What had to be said, and when it was; nothing is asked of a side that said nothing at all."""
        first: dict[str, float] = {}
        for hit in hits:
            first[hit.tracker_id] = min(hit.start, first.get(hit.tracker_id, hit.start))
        asked = (each for each in self.trackers if each.kind == "script" and (not each.side or each.side in spoke))
        return tuple(ScriptLine(tracker_id=each.id, name=each.name, said_at=first.get(each.id)) for each in asked)

    def _matcher(self, side: Side) -> Matcher:
        numbered = enumerate(self.trackers)
        wanted = [(number, each) for number, each in numbered if each.side in ("", side)]
        return matcher((number, phrase) for number, each in wanted for phrase in each.phrases)

    def _hit(self, found: Found, tokens: Sequence[Token], side: Side) -> TrackerHit:
        tracker, said = self.trackers[found.key], tokens[found.first : found.last + 1]
        return TrackerHit(
            tracker_id=tracker.id,
            name=tracker.name,
            side=side,
            start=said[0].start,
            end=said[-1].end,
            text=shown(said),
            alert=tracker.alert,
        )


def marked(phrases: Sequence[str], text: str) -> list[tuple[str, bool]]:
    """`text` in pieces, each with whether one of the phrases stands there. Raises BadInput for a phrase that cannot
    be read."""
    pieces = _SPACE.split(text)
    said = Segment(side="agent", start=0, end=0, text=text, words=tuple(_numbered(pieces)))
    found = matcher((0, phrase) for phrase in phrases).find(tokens := tokens_of([said], "agent"))
    spans = [(tokens[each.first].start, tokens[each.last].end) for each in found]
    parts = [(piece, any(start <= place <= end for start, end in spans)) for place, piece in enumerate(pieces)]
    return [("".join(each for each, _ in group), hit) for hit, group in groupby(parts, key=itemgetter(1))]


def _numbered(pieces: Sequence[str]) -> Iterator[Word]:
    """The words among the pieces, with their places for times."""
    return (Word(start=place, end=place, text=each) for place, each in enumerate(pieces) if not each.isspace())
