"""What an automatic question can measure: one row for each, from the analysis and from the call's own figures."""

from collections.abc import Callable
from dataclasses import dataclass

from screenpop.analysis.model import TOO_LITTLE_SPEECH, Report, Side, Speaker
from screenpop.errors import N_
from screenpop.quality.model import Answer, Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFigures:
    """What the log knows of the call, in seconds."""

    wait_s: float = 0.0
    hold_s: float = 0.0
    ring_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """`of` gives the figure, None where it cannot be told. `unit`: %, s, count, per_minute, tone, or tracker."""

    name: str
    text: str
    unit: str
    of: Callable[[Report, CallFigures, Rule], float | None]
    least: float | None = None
    most: float | None = None
    """What is good, as a start."""
    of_words: bool = False
    """It is made of what was said, not of the sound alone."""
    spoken: bool = True
    """Of the conversation: where too little was said, it tells nothing."""


def answer(rule: Rule, report: Report, figures: CallFigures) -> Answer:
    """1 where the figure lies within the rule, else 0; not applicable without a figure or with too little speech."""
    measure = MEASURES.get(rule.measure)
    tells = measure and not (measure.spoken and TOO_LITTLE_SPEECH in report.notes)
    measured = measure.of(report, figures, rule) if measure and tells else None
    if measured is None:
        return Answer(value=None)
    good = (rule.least is None or measured >= rule.least) and (rule.most is None or measured <= rule.most)
    return Answer(value=float(good), measured=round(measured, 2))


def _speaker(report: Report, side: Side) -> Speaker | None:
    return next((each for each in report.speakers if each.side == side and each.talk_s > 0), None)


def _agent(field: str, factor: float = 1.0) -> Callable[[Report, CallFigures, Rule], float | None]:
    def of(report: Report, _: CallFigures, __: Rule) -> float | None:
        speaker = _speaker(report, "agent")
        value = getattr(speaker, field) if speaker else None
        return None if value is None else float(value) * factor

    return of


def _report(field: str, factor: float = 1.0) -> Callable[[Report, CallFigures, Rule], float | None]:
    def of(report: Report, _: CallFigures, __: Rule) -> float | None:
        value = getattr(report, field)
        return None if value is None else float(value) * factor

    return of


def _call(field: str) -> Callable[[Report, CallFigures, Rule], float | None]:
    return lambda _, figures, __: float(getattr(figures, field))


def _longest_silence(report: Report, _: CallFigures, __: Rule) -> float:
    found = report.longest_silence
    return found.end - found.start if found else 0.0


def _customer_tone(report: Report, _: CallFigures, __: Rule) -> float | None:
    tone = report.sentiment.customer if report.sentiment else None
    return None if tone is None else tone * 100


def _times_heard(report: Report, _: CallFigures, rule: Rule) -> float | None:
    if not report.transcript and all(each.words is None for each in report.speakers):
        return None
    return float(sum(hit.tracker_id == rule.tracker_id for hit in report.trackers))


_ALL = (
    Measure(
        name="talk_share",
        text=N_("Agent's share of the talk"),
        unit="%",
        of=_agent("talk_share", 100),
        least=30,
        most=65,
    ),
    Measure(name="longest_monologue", text=N_("Agent's longest monologue"), unit="s", of=_agent("longest_s"), most=60),
    Measure(
        name="first_words", text=N_("Time to the agent's first words"), unit="s", of=_agent("first_words_s"), most=3
    ),
    Measure(name="response", text=N_("Agent's pause before answering"), unit="s", of=_agent("response_s"), most=2),
    Measure(
        name="interruptions", text=N_("Interruptions by the agent"), unit="count", of=_agent("interruptions"), most=3
    ),
    Measure(
        name="pace",
        text=N_("Agent's words a minute"),
        unit="per_minute",
        of=_agent("words_per_minute"),
        least=90,
        most=180,
        of_words=True,
    ),
    Measure(
        name="questions",
        text=N_("Questions the agent asked"),
        unit="count",
        of=_agent("questions"),
        least=2,
        of_words=True,
    ),
    Measure(
        name="fillers",
        text=N_("Filler words of the agent"),
        unit="count",
        of=_agent("fillers"),
        most=10,
        of_words=True,
    ),
    Measure(name="silence_share", text=N_("Share of silence"), unit="%", of=_report("silence_share", 100), most=30),
    Measure(name="longest_silence", text=N_("Longest silence"), unit="s", of=_longest_silence, most=20),
    Measure(
        name="identified", text=N_("Time until the customer was known"), unit="s", of=_report("identified_s"), most=30
    ),
    Measure(
        name="customer_tone",
        text=N_("Customer's tone, -100 to 100"),
        unit="tone",
        of=_customer_tone,
        least=0,
        of_words=True,
    ),
    Measure(
        name="tracker",
        text=N_("How often a tracker was heard"),
        unit="tracker",
        of=_times_heard,
        least=1,
        of_words=True,
    ),
    Measure(name="wait", text=N_("Wait in the queue"), unit="s", of=_call("wait_s"), spoken=False, most=60),
    Measure(name="ring", text=N_("Ringing until the answer"), unit="s", of=_call("ring_s"), spoken=False, most=15),
    Measure(name="hold", text=N_("Time on hold"), unit="s", of=_call("hold_s"), spoken=False, most=60),
)
MEASURES: dict[str, Measure] = {each.name: each for each in _ALL}


def of_words(rule: Rule) -> bool:
    """Does it measure what was said?"""
    return rule.measure in MEASURES and MEASURES[rule.measure].of_words
