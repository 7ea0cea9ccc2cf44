"""The score cards that an admin keeps."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from msgspec import to_builtins
from msgspec.structs import replace

from screenpop import audit
from screenpop.agents.model import User
from screenpop.agents.rights import Permission
from screenpop.analysis.trackers import Trackers
from screenpop.bus import Bus
from screenpop.customers.fields import clean_line
from screenpop.errors import BadInput, NotFound
from screenpop.facts import SettingsChanged
from screenpop.ids import new_id
from screenpop.quality import store as rows
from screenpop.quality.measures import MEASURES
from screenpop.quality.model import KINDS, Card, Question, Rule, Scope, card_for
from screenpop.store.engine import Store
from screenpop.store.tables import setting

KEY = "scorecards"
MOST_QUESTIONS = 40
MOST_WEIGHT = 100
CHUNK = 200
"""Calls whose scores are written in one transaction: others write, too."""
_BLIND = "reviews_open"


class ScoreCards:
    """Reads and changes the list; every change publishes `SettingsChanged("scorecards")`."""

    def __init__(self, store: Store, bus: Bus, trackers: Trackers) -> None:
        self._store, self._bus, self._trackers = store, bus, trackers
        self._all: tuple[Card, ...] = ()
        self.blind = True
        """Reviewers see each other's answers only once their own review is finished."""

    async def load(self) -> None:
        """Read the list."""
        async with self._store.read() as tx:
            self._all = tuple(await rows.cards(tx))
            self.blind = not await tx.scalar(sa.select(setting.c.value).where(setting.c.key == _BLIND))

    def all(self) -> tuple[Card, ...]:
        """The list in its order, those switched off as well."""
        return self._all

    def get(self, card_id: str) -> Card:
        """One of them; raises NotFound."""
        for each in self._all:
            if each.id == card_id:
                return each
        raise NotFound("There is no such score card.")

    def is_blind(self, user: User) -> bool:
        """Does this person review without knowing what others said of the same call?"""
        return self.blind and user.may(Permission.REVIEW_CALLS)

    def card_for(self, queue: str, direction: str, team: str, begun: Iterable[str] = ()) -> Card | None:
        """The card by which such a call is reviewed: the first of `begun` (ids) that there is, else the one that is
        meant for it."""
        by_id = {each.id: each for each in self._all}
        found = next((by_id[each] for each in begun if each in by_id), None)
        return found or card_for(self._all, queue, direction, team)

    def can_measure(self, rule: Rule) -> bool:
        """Is there what this rule measures? A tracker that was removed or switched off is heard nowhere."""
        listening = {each.id for each in self._trackers.all() if each.active}
        return rule.measure != "tracker" or rule.tracker_id in listening

    async def put(self, draft: Card, actor: str) -> Card:
        """Add a card (its id is "") or change one; questions without an id are new. Raises BadInput, NotFound, or
        Conflict where the name is taken."""
        old = self.get(draft.id) if draft.id else None
        sort = old.sort if old else max((each.sort for each in self._all), default=0) + 1
        made = replace(self._checked(draft), id=old.id if old else new_id(), sort=sort)
        async with self._store.begin() as tx:
            await rows.write_card(tx, made, new=old is None)
            await audit.record(tx, actor, "update" if old else "create", "score_card", made.id, _difference(old, made))
        await self._changed()
        return self.get(made.id)

    async def remove(self, card_id: str, actor: str) -> None:
        """Forget a card with all its reviews; raises NotFound."""
        old = self.get(card_id)
        async with self._store.begin() as tx:
            reviewed = await rows.remove_card(tx, card_id)
            await audit.record(tx, actor, "delete", "score_card", card_id, {"name": (old.name, "")})
        await self._changed()
        for start in range(0, len(reviewed), CHUNK):
            async with self._store.begin() as tx:
                for call_id in reviewed[start : start + CHUNK]:
                    await rows.note_score(tx, call_id)

    async def set_blind(self, blind: bool, actor: str) -> None:
        """Say whether reviewers see each other's answers before their own review is finished."""
        values = {"value": not blind, "updated_at": datetime.now(UTC), "updated_by": actor}
        async with self._store.begin() as tx:
            done = await tx.execute(sa.update(setting).where(setting.c.key == _BLIND).values(values))
            if not done.rowcount:
                await tx.execute(sa.insert(setting).values(values | {"key": _BLIND}))
            await audit.record(tx, actor, "update", "setting", "reviews_blind", {"blind": (self.blind, blind)})
        await self._changed()

    def _checked(self, draft: Card) -> Card:
        name = _line(draft.name, "name")
        if not name:
            raise BadInput("A score card needs a name.", "name")
        if not draft.questions:
            raise BadInput("Add at least one question.", "questions")
        if len(draft.questions) > MOST_QUESTIONS:
            raise BadInput("A score card has at most %(most)s questions.", "questions", most=MOST_QUESTIONS)
        known = {each.id for each in self.get(draft.id).questions} if draft.id else set()
        questions = tuple(self._question(each, known) for each in draft.questions)
        return replace(draft, name=name, scope=_scope(draft.scope), questions=questions)

    def _question(self, draft: Question, known: set[str]) -> Question:
        text = _line(draft.text, "questions")
        if not text:
            raise BadInput("Every question needs a text.", "questions")
        if draft.kind not in KINDS:
            raise BadInput("A question is answered by yes or no, on a scale, or automatically.", "questions")
        if not 0 <= draft.weight <= MOST_WEIGHT:
            raise BadInput("A weight is 0 to %(most)s.", "questions", most=MOST_WEIGHT)
        rule = self._rule(draft.rule) if draft.kind == "auto" else Rule()
        return replace(draft, id=draft.id if draft.id in known else new_id(), text=text, rule=rule)

    def _rule(self, rule: Rule) -> Rule:
        if rule.measure not in MEASURES:
            raise BadInput("Choose what the automatic question measures.", "questions")
        if rule.least is None and rule.most is None:
            raise BadInput("Say what is good: at least, at most, or both.", "questions")
        if rule.least is not None and rule.most is not None and rule.least > rule.most:
            raise BadInput("“At least” must not be more than “at most”.", "questions")
        if rule.measure != "tracker":
            return replace(rule, tracker_id="")
        if rule.tracker_id not in {each.id for each in self._trackers.all()}:
            raise BadInput("Choose the tracker that is counted.", "questions")
        return rule

    async def _changed(self) -> None:
        await self.load()
        self._bus.publish(SettingsChanged(key=KEY))


def _line(text: str, field: str) -> str:
    try:
        return clean_line(text)
    except BadInput as error:
        raise BadInput(error.text, field) from error


def _scope(scope: Scope) -> Scope:
    def clean(names: Sequence[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for each in names if (name := clean_line(each))))

    return Scope(queues=clean(scope.queues), directions=clean(scope.directions), teams=clean(scope.teams))


def _difference(old: Card | None, new: Card) -> dict[str, tuple[object, object]]:
    after = to_builtins(new)
    before = to_builtins(old) if old else dict.fromkeys(after, "")
    return {name: (before[name], value) for name, value in after.items() if before[name] != value}
