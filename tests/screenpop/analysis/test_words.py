"""What is made of conversations: figures, trackers, tone, summary; held against calls that a person has labelled."""

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screenpop.analysis.languages import LANGUAGES
from screenpop.analysis.model import TOO_LITTLE_SPEECH, UNKNOWN_LANGUAGE, Report, Segment, Speaker, Word
from screenpop.analysis.ready import ready
from screenpop.analysis.spoken import tokens_of, utterances
from screenpop.analysis.tracker_defaults import DEFAULTS
from screenpop.analysis.tracking import Ears, Tracker, marked
from screenpop.analysis.words import Context, enrich
from tests.screenpop.analysis.talks import (
    BOOKING,
    BROKEN_ROUTER,
    IRONY,
    LATE_SINK,
    TALKS,
    A,
    C,
    Line,
    Talk,
    report_of,
)

SHIPPED = Ears([msgspec.structs.replace(each, id=each.name) for each in DEFAULTS])
TONE = 0.15
"""From here on a person would call the tone good or bad."""
talks = pytest.mark.parametrize("talk", TALKS, ids=lambda talk: talk.name)


def of(talk: Talk) -> Report:
    return enrich(report_of(talk.lines, talk.language), SHIPPED)


def speaker(report: Report, side: str) -> Speaker:
    return next(each for each in report.speakers if each.side == side)


def hear(tracker: Tracker, lines: Sequence[Line], context: Context | None = None) -> list[tuple[str, float, str]]:
    report = enrich(report_of(lines), [tracker], context or Context())
    return [(hit.side, round(hit.start, 2), hit.text) for hit in report.trackers]


def tone(lines: Sequence[Line], language: str = "en") -> float | None:
    report = enrich(report_of([*lines, *_FILL], language), [])
    return report.sentiment.customer if report.sentiment else None


_FILL: list[Line] = [(A, "one two three four five six seven eight nine ten " * 3)]

# ---------------------------------------------------------------- against a person's labels


@pytest.mark.feature("ANAL-05", "ANAL+15")
def test_tone_is_the_persons_for_all_but_irony() -> None:
    """Irony is beyond a lexicon: a call that is full of it is told wrongly, and stands here to be seen."""

    def label(report: Report) -> str:
        value = report.sentiment.customer if report.sentiment else None
        assert value is not None
        return "positive" if value > TONE else "negative" if value < -TONE else "neutral"

    assert [talk.name for talk in TALKS if label(of(talk)) != talk.tone] == [IRONY.name]


@talks
@pytest.mark.feature("ANAL+15")
def test_the_course_of_the_tone_is_the_persons(talk: Talk) -> None:
    found = of(talk).sentiment
    assert found is not None
    assert found.trend == talk.trend


@talks
@pytest.mark.feature("ANAL+11")
def test_questions_are_counted_also_without_a_mark(talk: Talk) -> None:
    report = of(talk)
    assert (speaker(report, "agent").questions, speaker(report, "customer").questions) == talk.questions


@talks
@pytest.mark.feature("ANAL+16")
def test_topics_are_among_those_found(talk: Talk) -> None:
    report = of(talk)
    assert set(talk.topics) <= set(report.topics)
    assert report.summary is not None
    if talk.reason:
        assert report.summary.reason is not None
        # A person would say it with more than one sentence.
        first = [report.summary.reason, *report.summary.sentences[:2]]
        assert any(talk.reason in each.text for each in first)


@talks
@pytest.mark.feature("ANAL+17")
def test_next_steps_and_keywords_are_found(talk: Talk) -> None:
    summary = of(talk).summary
    assert summary is not None
    steps = [each.text for each in summary.next_steps]
    assert [step for step in talk.steps if not any(step in each for each in steps)] == []
    assert len(steps) <= len(talk.steps) + 2
    hits = sum(any(word in keyword for keyword in summary.keywords) for word in talk.about)
    assert hits >= min(2, len(talk.about))


@talks
@pytest.mark.feature("ANAL+17")
def test_a_summary_is_three_to_five_sentences_of_both_sides_in_order(talk: Talk) -> None:
    summary = of(talk).summary
    assert summary is not None
    starts = [each.start for each in summary.sentences]
    assert 3 <= len(starts) <= 5
    assert starts == sorted(starts)
    spoken = " ".join(text for _, text in talk.lines)
    assert all(each.text in spoken for each in summary.sentences)


@pytest.mark.feature("ANAL+17")
def test_a_summary_has_both_sides() -> None:
    for talk in (LATE_SINK, BROKEN_ROUTER, BOOKING):
        summary = of(talk).summary
        assert summary is not None
        assert {each.side for each in summary.sentences} == {"agent", "customer"}


# ---------------------------------------------------------------- figures


@pytest.mark.feature("ANAL+10")
def test_pace_is_words_a_minute_of_own_talk() -> None:
    report = enrich(report_of([(A, "word " * 60), (C, "yes")]), [])
    assert (speaker(report, "agent").words, speaker(report, "agent").words_per_minute) == (60, 150.0)
    assert (speaker(report, "customer").words, speaker(report, "customer").words_per_minute) == (1, None)


@pytest.mark.parametrize(
    ("language", "text", "count"),
    [
        ("en", "Um, I, uh, mean, you know, it is broken.", 3),
        ("de", "Also, ähm, das ist sozusagen kaputt.", 2),
        ("fa", "یعنی اوم خراب شده است.", 2),
    ],
)
def test_fillers_are_counted_in_their_language(language: str, text: str, count: int) -> None:
    report = enrich(report_of([(C, text)], language), [])
    assert speaker(report, "customer").fillers == count


@pytest.mark.feature("ANAL+11")
@pytest.mark.parametrize(
    ("language", "text", "asks"),
    [
        ("en", "can you tell me the price", True),
        ("en", "When I called they were closed.", False),
        ("en", "what is your name", True),
        ("de", "können Sie mir helfen", True),
        ("de", "Ich kann Ihnen helfen.", False),
        ("fa", "آیا امروز باز هستید", True),
        ("xx", "something?", True),
        ("xx", "what is this", False),
    ],
)
def test_a_question_is_known_by_its_mark_or_its_wording(language: str, text: str, asks: bool) -> None:
    assert speaker(enrich(report_of([(C, text)], language), []), "customer").questions == int(asks)


def test_too_little_speech_is_said_and_no_figure_made_up() -> None:
    report = enrich(report_of([(A, "Hello?"), (C, "Wrong number, sorry.")]), SHIPPED)
    assert TOO_LITTLE_SPEECH in report.notes
    assert (report.sentiment, report.summary) == (None, None)
    assert {each.words_per_minute for each in report.speakers} == {None}


def test_a_report_without_a_transcript_stays_as_it_is() -> None:
    empty = report_of([])
    assert enrich(empty, SHIPPED) == empty


def test_a_language_without_tables_gets_what_needs_none() -> None:
    report = enrich(report_of([(C, "Il contratto del telefono non funziona. " * 10)], "it"), SHIPPED)
    assert UNKNOWN_LANGUAGE in report.notes
    assert (report.sentiment, speaker(report, "customer").fillers) == (None, None)
    assert speaker(report, "customer").words == 60
    assert report.summary is not None
    assert "telefono" in " ".join(report.summary.keywords)


# ---------------------------------------------------------------- tone


@pytest.mark.feature("ANAL-05")
@pytest.mark.parametrize(
    ("language", "worse", "better"),
    [
        ("en", "I am not happy with this router at all today.", "I am happy with this router now and today."),
        ("en", "The new router is bad for all of us here.", "The new router is not bad for all of us here."),
        ("en", "The support has been good for all of us.", "The support has been very good for all of us."),
        ("en", "There is a problem with the line in the house.", "There is no problem with the line in the house."),
        (
            "de",
            "Ich bin nicht zufrieden mit der neuen Leitung im Haus.",
            "Ich bin zufrieden mit der neuen Leitung im Haus.",
        ),
        ("de", "Das ist ein Problem für uns alle hier im Haus.", "Das ist kein Problem für uns alle hier im Haus."),
        ("fa", "من از این سرویس شما راضی نیستم و این را می‌گویم.", "من از این سرویس شما راضی هستم و این را می‌گویم."),
    ],
)
def test_negation_and_emphasis_turn_the_tone(language: str, worse: str, better: str) -> None:
    low, high = tone([(C, worse)] * 2, language), tone([(C, better)] * 2, language)
    assert low is not None
    assert high is not None
    assert low < high


@pytest.mark.feature("ANAL+15")
def test_the_course_has_a_point_for_each_side_in_each_window() -> None:
    found = of(LATE_SINK).sentiment
    assert found is not None
    customer = [round(mood.value, 1) for mood in found.course if mood.side == "customer"]
    assert customer == sorted(customer)
    assert all(-1 <= mood.value <= 1 for mood in found.course)


def test_little_to_go_by_is_less_sure_than_much() -> None:
    little, much = of(IRONY).sentiment, enrich(report_of(LATE_SINK.lines * 5), []).sentiment
    assert little is not None
    assert much is not None
    assert little.sure < much.sure <= 1


def test_unsure_words_make_an_unsure_tone() -> None:
    clear = report_of(LATE_SINK.lines)
    murky = enrich(msgspec.structs.replace(clear, sure=0.5), []).sentiment
    clearly = enrich(clear, []).sentiment
    assert murky is not None
    assert clearly is not None
    assert murky.sure < clearly.sure


# ---------------------------------------------------------------- trackers


@pytest.mark.feature("ANAL+13")
def test_a_hit_has_the_time_of_its_words() -> None:
    words = (Word(start=4.0, end=4.3, text=" my"), Word(start=4.3, end=5.1, text=" contract."))
    segment = Segment(side="customer", start=4.0, end=5.1, text="my contract.", words=words)
    report = msgspec.structs.replace(report_of([]), transcript=(segment,))
    (hit,) = enrich(report, [Tracker(id="t", name="Contract", phrases=("contract*",))]).trackers
    assert (hit.start, hit.end, hit.text, hit.side) == (4.3, 5.1, "contract.", "customer")


@pytest.mark.feature("ANAL+13")
def test_a_tracker_listens_to_its_side_only() -> None:
    lines: list[Line] = [(A, "cancel this"), (C, "cancel that")]
    assert [hit[0] for hit in hear(Tracker(id="t", name="t", side="customer", phrases=("cancel",)), lines)] == [
        "customer"
    ]
    assert [hit[0] for hit in hear(Tracker(id="t", name="t", phrases=("cancel",)), lines)] == ["agent", "customer"]


@pytest.mark.feature("ANAL+13")
def test_a_phrase_is_found_across_the_borders_of_segments() -> None:
    segments = [
        Segment(side="agent", start=0, end=1, text="thank you for"),
        Segment(side="customer", start=0.5, end=0.8, text="hello"),
        Segment(side="agent", start=1.1, end=2, text="calling us"),
    ]
    report = msgspec.structs.replace(report_of([]), transcript=tuple(segments))
    (hit,) = enrich(report, [Tracker(id="t", name="t", phrases=("thank you for calling",))]).trackers
    assert hit.text == "thank you for calling"


@pytest.mark.feature("ANAL+12", "ANAL+14")
def test_a_greeting_counts_in_the_first_seconds_only_and_its_absence_is_told() -> None:
    greeting = Tracker(id="g", name="Greeting", kind="script", side="agent", phrases=("good morning",), within_s=5)
    early = enrich(report_of([(A, "Good morning, this is Ann."), (C, "Hello.")]), [greeting])
    late = enrich(report_of([(C, "Hello? " * 20), (A, "Good morning.")]), [greeting])
    assert [line.said_at for line in early.script] == [0.0]
    assert [line.said_at for line in late.script] == [None]
    assert late.trackers == ()
    moved = enrich(report_of([(C, "Hello? " * 20), (A, "Good morning.")]), [greeting], Context(begins_s=7.0))
    assert [line.said_at for line in moved.script] != [None]


@pytest.mark.feature("ANAL+14")
def test_nothing_is_asked_of_a_side_that_said_nothing() -> None:
    greeting = Tracker(id="g", name="Greeting", kind="script", side="agent", phrases=("good morning",))
    assert enrich(report_of([(C, "Hello? Is anybody there?")]), [greeting]).script == ()


def test_a_tracker_that_is_off_hears_nothing() -> None:
    assert hear(Tracker(id="t", name="t", phrases=("cancel",), active=False), [(C, "cancel")]) == []


@pytest.mark.feature("ANAL+16")
def test_the_first_topic_is_what_the_customer_said_early() -> None:
    topics = [
        Tracker(id="1", name="Price", kind="topic", phrases=("price",)),
        Tracker(id="2", name="Router", kind="topic", phrases=("router",)),
        Tracker(id="3", name="Words", kind="words", phrases=("router",)),
    ]
    lines: list[Line] = [(C, "My router is broken."), (A, "well " * 300), (A, "The price."), (A, "goodbye")]
    assert enrich(report_of(lines), topics).topics == ("Router", "Price")


def test_a_text_is_marked_where_a_phrase_stands() -> None:
    text = "I want to cancel\nmy contract, please."
    pieces = marked(["cancel ... contract"], text)
    assert "".join(piece for piece, _ in pieces) == text
    assert [piece for piece, hit in pieces if hit] == ["cancel\nmy contract,"]


# ---------------------------------------------------------------- any transcript at all


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["agent", "customer"]),
            st.floats(0, 3600, allow_nan=False),
            st.text(alphabet="ab .?!,'؟\u200cمی ß1٣…-", max_size=40),
        ),
        max_size=12,
    ),
    st.sampled_from(["en", "de", "fa", "it", ""]),
)
def test_whatever_was_said_a_report_comes(lines: list[tuple[str, float, str]], language: str) -> None:
    segments = tuple(
        Segment(side="agent" if side == "agent" else "customer", start=at, end=at + 2, text=text)
        for side, at, text in lines
    )
    report = enrich(msgspec.structs.replace(report_of([], language), transcript=segments), SHIPPED)
    assert msgspec.json.decode(msgspec.json.encode(report), type=Report) == report


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_tables_of_a_language_can_be_read(code: str) -> None:
    tables = ready(code)
    assert tables is not None
    assert tables.values
    assert ready(code.upper() + "-XX") is tables


def test_sentences_end_at_stops_at_breaths_and_where_they_grow_too_long() -> None:
    segments = [
        Segment(side="agent", start=0, end=2, text="One two. Three"),
        Segment(side="agent", start=2.1, end=3, text="four."),
        Segment(side="agent", start=10, end=40, text="word " * 70),
    ]
    lengths = [len(each.tokens) for each in utterances(tokens_of(segments, "agent"))]
    assert lengths == [2, 2, 60, 10]
