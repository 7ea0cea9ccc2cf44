"""Every figure of a report: what it is called, what it means, and from which calls it is counted.

This table is all there is: the SQL, the columns of pages, the sheets and the page of definitions are made from it, and
docs/reports.md says the same words.
"""

from dataclasses import dataclass
from typing import Literal

from screenpop.errors import N_

Unit = Literal["count", "share", "seconds", "hours", "score", "tone", "number"]
How = Literal["count", "share", "sum", "mean", "median", "p90", "other"]
"""`other`: not counted in SQL by itself, but made of other figures."""
SMALL_SAMPLE = 10
"""A share, a mean or a percentile of fewer calls than this is marked: chance alone may have made it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """`of`: the group that it is counted from ("tracker" and "heard": those of a
    tracker, all with a transcript; "people": no calls). `what`: the hits' group of a share, else the name of the
    value."""

    key: str
    label: str
    meaning: str
    unit: Unit
    how: How
    of: str
    what: str = ""
    better: Literal[1, 0, -1] = 0
    """Is more of it better, worse, or neither?"""

    @property
    def is_small(self) -> int:
        """Below this sample size the figure is marked; 0 where any sample will do."""
        return 0 if self.how in ("count", "sum", "other") else SMALL_SAMPLE

    @property
    def value(self) -> str:
        """The value that it is made of, "" for counts and shares: its sample are the calls of which that is known."""
        return "" if self.how in ("count", "share", "other") else self.what


def _count(key: str, label: str, meaning: str, better: Literal[1, 0, -1] = 0) -> Measure:
    return Measure(key=key, label=label, meaning=meaning, unit="count", how="count", of=key, better=better)


def _of(
    key: str,
    label: str,
    meaning: str,
    how: How,
    of: str,
    what: str,
    unit: Unit = "seconds",
    better: Literal[1, 0, -1] = 0,
) -> Measure:
    return Measure(key=key, label=label, meaning=meaning, unit=unit, how=how, of=of, what=what, better=better)


_LIST = (
    _count("all", N_("Calls"), N_("All calls, whichever way they went and however they ended.")),
    _count("incoming", N_("Incoming"), N_("Calls from outside.")),
    _count("outgoing", N_("Outgoing"), N_("Calls of our people to outside, answered or not.")),
    _count("internal", N_("Internal"), N_("Calls between our own extensions.")),
    _count("answered", N_("Answered"), N_("Incoming calls that somebody of ours answered.")),
    _count("talked", N_("Talks"), N_("Calls in any direction in which people talked.")),
    _count("missed", N_("Missed"), N_("Incoming calls that rang, and nobody answered."), -1),
    _count(
        "abandoned",
        N_("Gave up"),
        N_("Incoming calls that ended while the caller waited in a queue or heard an announcement."),
        -1,
    ),
    _of(
        "answer_rate",
        N_("Answer rate"),
        N_("Incoming calls that were answered, of all incoming calls that have ended."),
        *("share", "ended", "answered", "share", 1),
    ),
    _of(
        "response_rate",
        N_("Response rate"),
        N_("Incoming calls that were answered, or whose caller somebody talked with later, of all that have ended."),
        *("share", "ended", "responded", "share", 1),
    ),
    _of(
        "service_level",
        N_("Service level"),
        N_(
            "Callers in queues who were answered in time, of those who were answered or gave up. Who gave up at once "
            "is not counted. What is in time, and what is at once, stands on the board's settings."
        ),
        *("share", "counted", "in_time", "share", 1),
    ),
    _of(
        "wait_mean",
        N_("Response time"),
        N_("How long callers who were answered had waited, on average: in queues, or while it rang."),
        *("mean", "answered", "wait", "seconds", -1),
    ),
    _of(
        "wait_median",
        N_("Response time, median"),
        N_("Half of the callers who were answered had waited no longer than this."),
        *("median", "answered", "wait", "seconds", -1),
    ),
    _of(
        "wait_p90",
        N_("Response time, 90 %"),
        N_("Nine of ten callers who were answered had waited no longer than this."),
        *("p90", "answered", "wait", "seconds", -1),
    ),
    _of(
        "good_share",
        N_("Answered within 40 s"),
        N_("Of the callers who were answered, those who had waited 40 seconds or less: a good response."),
        *("share", "answered", "good", "share", 1),
    ),
    _of(
        "slow_share",
        N_("Answered after 2 min"),
        N_("Of the callers who were answered, those who had waited more than two minutes: a slow response."),
        *("share", "answered", "slow", "share", -1),
    ),
    _of(
        "patience",
        N_("Gave up after"),
        N_("How long callers who gave up had waited, on average."),
        *("mean", "abandoned", "wait"),
    ),
    _of(
        "ring_mean",
        N_("Ringing"),
        N_("How long a phone rang before an incoming call was answered, on average."),
        *("mean", "answered", "ring", "seconds", -1),
    ),
    _of(
        "ring_median",
        N_("Ringing, median"),
        N_("Half of the answered incoming calls rang no longer than this."),
        *("median", "answered", "ring", "seconds", -1),
    ),
    _of(
        "ring_p90",
        N_("Ringing, 90 %"),
        N_("Nine of ten answered incoming calls rang no longer than this."),
        *("p90", "answered", "ring", "seconds", -1),
    ),
    _of(
        "talk_sum",
        N_("Talk time"),
        N_("All talks together, from the answer to the end, without the time on hold."),
        *("sum", "talked", "talk", "hours"),
    ),
    _of("talk_mean", N_("Talk"), N_("One talk on average, without the time on hold."), *("mean", "talked", "talk")),
    _of(
        "talk_median",
        N_("Talk, median"),
        N_("Half of the talks were no longer than this, without the time on hold."),
        *("median", "talked", "talk"),
    ),
    _of(
        "talk_p90",
        N_("Talk, 90 %"),
        N_("Nine of ten talks were no longer than this, without the time on hold."),
        *("p90", "talked", "talk"),
    ),
    _of(
        "handle_mean",
        N_("Handling time"),
        N_("Talk and hold of one answered call on average. Work after a call is not known to the PBX, and not in it."),
        *("mean", "talked", "handle"),
    ),
    _of(
        "hold_share",
        N_("Put on hold"),
        N_("Answered calls that were put on hold at least once."),
        *("share", "talked", "held", "share"),
    ),
    _of(
        "hold_mean", N_("Hold"), N_("Time on hold of a call that was put on hold, on average."), "mean", "held", "hold"
    ),
    _of(
        "transfer_share",
        N_("Transferred"),
        N_("Answered calls that were given on to somebody else."),
        *("share", "talked", "transferred", "share"),
    ),
    _of(
        "identified",
        N_("Time to identify"),
        N_("From the answer of an incoming call until Ringdesk knew the customer, on average; 0 where it did before."),
        *("mean", "identified", "identified", "seconds", -1),
    ),
    _count("recorded", N_("Recorded"), N_("Calls of which a recording is kept.")),
    _of(
        "score",
        N_("Score"),
        N_("The score cards' points of 100, on average over the calls that have any."),
        *("mean", "scored", "score", "score", 1),
    ),
    _of(
        "tone",
        N_("Tone"),
        N_("From -1 (bad) to 1 (good), on average over the calls whose words were analysed."),
        *("mean", "toned", "tone", "tone", 1),
    ),
    _of(
        "talk_share",
        N_("Agent's share of the talk"),
        N_("The agent's part of all that was spoken, on average over the analysed calls."),
        *("mean", "shared", "talk_share", "share"),
    ),
)
_HEARD = (
    _of(
        "longest",
        N_("Longest monologue"),
        N_("The agent's longest monologue in a call, on average over the analysed calls."),
        *("mean", "analysed", "longest"),
    ),
    _of(
        "interruptions",
        N_("Interruptions"),
        N_("How often the agent interrupted the other side in a call, on average over the analysed calls."),
        *("mean", "analysed", "interruptions", "number", -1),
    ),
    _of(
        "silence_share",
        N_("Silence"),
        N_("The part of a call in which nobody spoke, on average over the analysed calls."),
        *("mean", "analysed", "silence", "share"),
    ),
    _of(
        "response",
        N_("Patience"),
        N_("The agent's usual pause before an answer, on average over the analysed calls."),
        *("mean", "analysed", "response"),
    ),
    _of(
        "pace",
        N_("Words a minute"),
        N_("How fast the agent spoke, on average over the calls with enough words."),
        *("mean", "analysed", "pace", "number"),
    ),
    _of(
        "course",
        N_("Course of the tone"),
        N_("From -1 (every call got worse) to 1 (every call got better), on average over the calls with a tone."),
        *("mean", "analysed", "course", "tone", 1),
    ),
    _of(
        "tracker_calls",
        N_("Calls"),
        N_("Calls in which words of this tracker were said."),
        *("other", "tracker", "", "count"),
    ),
    _of(
        "tracker_share",
        N_("Of the calls heard"),
        N_("The same, of all calls of the period that have a transcript."),
        *("other", "heard", "", "share"),
    ),
    _of(
        "tracker_hits",
        N_("Times said"),
        N_("How often the words were said in all; n is the number of calls."),
        *("other", "tracker", "", "count"),
    ),
)
_SPREAD = (
    _of("calls_part", N_("Part of the talks"), N_("This row's part of all talks."), "other", "talked", "", "share"),
    _of(
        "calls_times",
        N_("Times the mean"),
        N_("This row's talks, beside the mean of all rows: 1.0 is as many as the others have on average."),
        *("other", "talked", "", "number"),
    ),
    _of(
        "talk_part",
        N_("Part of the talk time"),
        N_("This row's part of all talk time."),
        "other",
        "talked",
        "",
        "share",
    ),
    _of(
        "talk_times",
        N_("Times the mean time"),
        N_("This row's talk time, beside the mean of all rows."),
        *("other", "talked", "", "number"),
    ),
    _of(
        "even_calls",
        N_("Evenness of talks"),
        N_(
            "How evenly the talks are spread over the people who had any: 100 % where all have the same, 0 % where one "
            "has all. It is one less the Gini coefficient; n is the number of people."
        ),
        *("other", "people", "", "share", 1),
    ),
    _of(
        "even_talk",
        N_("Evenness of talk time"),
        N_("The same for the time that they talked."),
        *("other", "people", "", "share", 1),
    ),
)
MEASURES: dict[str, Measure] = {measure.key: measure for measure in (*_LIST, *_HEARD, *_SPREAD)}
