"""The arithmetic of score cards."""

import math
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from screenpop.analysis.tracking import Tracker
from screenpop.analysis.words import enrich
from screenpop.quality.measures import MEASURES, CallFigures, answer
from screenpop.quality.model import (
    SYSTEM,
    Answer,
    Card,
    Question,
    Review,
    Rule,
    Scope,
    card_for,
    complete,
    of_call,
    of_choice,
    score,
    to_choice,
)
from tests.screenpop.analysis.talks import LATE_SINK, A, C, report_of
from tests.screenpop.quality.house import NOW

pytestmark = pytest.mark.feature("ANAL+18")
YES_NO = Question(id="y", text="Greeted?", kind="yes_no")
SCALE = Question(id="s", text="Well?", kind="scale", weight=3)
AUTO = Question(id="a", text="Share", kind="auto", weight=2, rule=Rule(measure="talk_share", most=60))
CARD = Card(id="c", name="Service", questions=(YES_NO, SCALE, AUTO))


def review(reviewer: str, value: float | None, done_at: datetime | None = NOW) -> Review:
    return Review(
        id=reviewer, call_id="c1", card_id="c", reviewer=reviewer, answers={}, score=value, comment="",
        created_at=NOW, updated_at=NOW, done_at=done_at,
    )  # fmt: skip


def test_a_score_is_the_weighted_mean_of_what_is_applicable() -> None:
    answers = {"y": Answer(value=1), "s": Answer(value=0.5), "a": Answer(value=0)}
    assert score(CARD, answers) == round(100 * (1 + 3 * 0.5) / 6, 1)
    assert score(CARD, answers | {"s": Answer(value=None)}) == round(100 / 3, 1)
    assert score(CARD, {}) is None
    assert score(CARD, {"y": Answer(value=None)}) is None
    assert score(CARD, {"other": Answer(value=1)}) is None
    assert score(replace(CARD, questions=(replace(YES_NO, weight=0),)), answers) is None


@given(st.dictionaries(st.sampled_from("ysa"), st.none() | st.floats(0, 1), max_size=3))
def test_a_score_is_between_nothing_and_all(values: dict[str, float | None]) -> None:
    found = score(CARD, {key: Answer(value=value) for key, value in values.items()})
    given_ = [value for value in values.values() if value is not None]
    assert (found is None) == (not given_)
    if found is not None:
        assert 100 * min(given_) - 0.1 <= found <= 100 * max(given_) + 0.1


def test_a_call_has_the_mean_of_people_and_the_automatic_score_only_without_them() -> None:
    system = review(SYSTEM, 10.0)
    assert of_call([]) is None
    assert of_call([system]) == 10.0
    assert of_call([system, review("sue", None)]) == 10.0
    assert of_call([system, review("sue", 60.0), review("sam", 80.0)]) == 70.0
    assert of_call([system, review("sue", 60.0), review("sam", 80.0, None)]) == 60.0
    assert of_call([system, review("sam", 80.0, None)]) == 10.0


def test_a_review_is_complete_when_people_have_answered_all_that_is_theirs() -> None:
    assert not complete(CARD, {"y": Answer(value=1)})
    assert complete(CARD, {"y": Answer(value=1), "s": Answer(value=None)})
    off = replace(CARD, questions=(YES_NO, replace(SCALE, active=False)))
    assert complete(off, {"y": Answer(value=0)})


@pytest.mark.parametrize(("question", "written"), [(YES_NO, c) for c in ("0", "1", "na", "")] + [
    (SCALE, c) for c in ("1", "2", "3", "4", "5", "na", "")
])  # fmt: skip
def test_a_choice_comes_back_as_it_was_made(question: Question, written: str) -> None:
    assert to_choice(question, of_choice(question, written)) == written


@pytest.mark.parametrize(("question", "written"), [(YES_NO, "2"), (YES_NO, "x"), (SCALE, "0"), (SCALE, "6")])
def test_what_is_no_choice_is_refused(question: Question, written: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        of_choice(question, written)


def test_the_first_card_in_use_that_is_meant_for_a_call_is_taken() -> None:
    sales = replace(CARD, id="sales", scope=Scope(queues=("sales",), directions=("incoming",)))
    team = replace(CARD, id="team", scope=Scope(teams=("north",)))
    off = replace(CARD, id="off", active=False)
    empty = replace(CARD, id="empty", questions=())
    cards = [off, empty, sales, team]

    def taken(queue: str, direction: str, team: str) -> str:
        found = card_for(cards, queue, direction, team)
        return found.id if found else ""

    assert taken("sales", "incoming", "north") == "sales"
    assert taken("sales", "outgoing", "north") == "team"
    assert taken("sales", "outgoing", "") == ""


# ---------------------------------------------------------------- what is measured


def test_a_measure_within_its_rule_is_yes_and_says_what_it_saw() -> None:
    report = report_of(LATE_SINK.lines)
    share = report.speakers[0].talk_share
    assert share is not None
    assert answer(Rule(measure="talk_share", most=60), report, CallFigures()) == Answer(
        value=1.0, measured=round(share * 100, 2)
    )
    assert answer(Rule(measure="talk_share", least=80), report, CallFigures()).value == 0.0
    assert answer(Rule(measure="wait", most=10), report, CallFigures(wait_s=12)) == Answer(value=0.0, measured=12.0)


def test_what_cannot_be_measured_is_not_applicable() -> None:
    report = report_of(LATE_SINK.lines)
    for rule in (Rule(measure="pace", least=1), Rule(measure="identified", most=1), Rule(measure="gone", most=1)):
        assert answer(rule, report, CallFigures()).value is None
    silent = report_of([(C, "hello hello")])
    assert answer(Rule(measure="interruptions", most=1), silent, CallFigures()).value is None


TALK = "I would like to know when the lorry with my order comes."


def test_too_little_speech_tells_nothing_of_the_conversation() -> None:
    tracker = Tracker(id="t", name="Greeting", phrases=("good morning",))
    report = enrich(report_of([(A, "Good morning.")]), [tracker])
    for rule in (Rule(measure="interruptions", most=1), Rule(measure="tracker", least=1, tracker_id="t")):
        assert answer(rule, report, CallFigures()) == Answer(value=None)
    assert answer(Rule(measure="wait", most=10), report, CallFigures(wait_s=8)).value == 1.0


def test_a_tracker_counts_only_where_words_were_written_down() -> None:
    tracker = Tracker(id="t", name="Greeting", phrases=("good morning",))
    rule = Rule(measure="tracker", least=1, tracker_id="t")
    said, unsaid = (enrich(report_of([(A, text)]), [tracker]) for text in (f"Good morning. {TALK}", TALK))
    stored = replace(said, transcript=())
    assert answer(rule, stored, CallFigures()) == Answer(value=1.0, measured=1.0)
    assert answer(rule, replace(unsaid, transcript=()), CallFigures()).value == 0.0
    assert answer(rule, replace(report_of([(A, TALK)]), transcript=()), CallFigures()).value is None
    never = replace(rule, least=None, most=0)
    assert answer(never, stored, CallFigures()).value == 0.0


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_gives_a_figure_or_none_for_any_report(name: str) -> None:
    for report in (report_of([]), enrich(report_of(LATE_SINK.lines), [])):
        found = MEASURES[name].of(report, CallFigures(), Rule(measure=name))
        assert found is None or math.isfinite(found)
