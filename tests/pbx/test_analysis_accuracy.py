"""What is made of a conversation, held against what was really said: human voices through SIPp and a real Asterisk.

Six calls. In each, the caller first hears ringback that is recorded as well; then both sides say prompts whose texts
and samples are known, at times both at once. Asterisk records one file a speaker. Only recordings are judged that have
what was played (see `tests.pbx.voices`).
"""

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path

import jiwer
import pytest

from ari_app.analysis.engines import make_engine
from ari_app.analysis.report import analyse
from ari_app.demo.lab import Lab
from screenpop.analysis import figures
from screenpop.analysis.model import SIDES, Report
from screenpop.analysis.tracking import Tracker
from screenpop.analysis.words import enrich
from screenpop.config import Analysis
from tests.pbx.spoken import Found, Prompt, Side, Spans, prompts
from tests.pbx.voices import RINGBACK_SECONDS, Script, recorded

pytestmark = [pytest.mark.feature("ANAL-01")]

AGENTS = ("101", "102", "103", "104", "105", "106")
A_SIDE = 6
PAUSES = (0.5, 0.7, -0.9, 1.2, 0.6, -0.7, 0.5, 1.4, 0.6, 3.4, 0.5, 0.8)
"""Between one side's last word and the other's first; below 0 they speak at once. None is near a definition's limit."""
TRACKER = Tracker(id="t1", name="Asks", phrases=("please",))


@dataclass(frozen=True)
class Heard:
    """One call: what was played where, and what the analysis says."""

    agent: str
    sides: tuple[list[Found], list[Found]]
    report: Report

    def truth(self, side: int) -> Spans:
        return figures.joined((span for found in self.sides[side] for span in found.speech), 0.3)

    @property
    def talk(self) -> tuple[Spans, Spans]:
        return self.truth(0), self.truth(1)


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> list[Heard]:
    """All calls, played and analysed once."""
    return asyncio.run(_played(tmp_path_factory.mktemp("voices")))


async def _played(folder: Path) -> list[Heard]:
    async with Lab(folder / "lab") as lab:
        calls = await recorded(lab, folder, _scripts(prompts(lab, (4, 14), 4.0)))
    engine = make_engine(Analysis(model="tiny.en"))
    return [Heard(agent, call.sides, enrich(analyse(call.sound, engine), [TRACKER])) for agent, call in calls.items()]


def _scripts(usable: list[Prompt]) -> dict[str, Script]:
    """Both sides of each call, in turns."""
    wanted = 2 * A_SIDE * len(AGENTS)
    assert len(usable) >= wanted, len(usable)
    chosen = iter(usable[:: len(usable) // wanted])
    return {agent: _script([next(chosen) for _ in range(2 * A_SIDE)]) for agent in AGENTS}


def _script(said: list[Prompt]) -> Script:
    sides: tuple[list[tuple[float, Prompt]], list[tuple[float, Prompt]]] = ([], [])
    end = 1.5
    for number, (prompt, pause) in enumerate(zip(said, PAUSES, strict=True)):
        own = sides[number % 2]
        free = own[-1][0] + own[-1][1].seconds + 0.6 if own else 0.0
        at = max(end + pause - prompt.speech[0][0], free)
        own.append((at, prompt))
        end = at + prompt.speech[-1][1]
    return Side(sides[0]), Side(sides[1])


# ---------------------------------------------------------------- figures from sound


@pytest.mark.feature("ANAL+01", "ANAL+02")
def test_talk_seconds_of_each_side_are_within_five_per_cent(calls: list[Heard]) -> None:
    for call in calls:
        for number, speaker in enumerate(call.report.speakers):
            assert speaker.talk_s == pytest.approx(figures.total(call.talk[number]), rel=0.05), (
                call.agent,
                SIDES[number],
            )


@pytest.mark.feature("ANAL+05", "ANAL+06")
def test_overlap_and_silence_are_within_three_tenths_of_a_second(calls: list[Heard]) -> None:
    for call in calls:
        overlap = figures.total(figures.overlap(*call.talk))
        silence = figures.total(figures.silences(call.talk, call.report.duration, []))
        assert call.report.overlap_s == pytest.approx(overlap, abs=0.3), call.agent
        assert call.report.silence_s == pytest.approx(silence, abs=0.3), call.agent
    assert max(call.report.overlap_s for call in calls) > 0.5


@pytest.mark.feature("ANAL+03", "ANAL+04")
def test_longest_monologue_of_each_side_is_within_three_tenths_of_a_second(calls: list[Heard]) -> None:
    for call in calls:
        for number, speaker in enumerate(call.report.speakers):
            spans = figures.monologues(call.talk[number], call.talk[1 - number], [])
            assert speaker.longest_s == pytest.approx(max(end - start for start, end in spans), abs=0.3), call.agent


@pytest.mark.feature("ANAL+12")
def test_first_words_and_longest_silence_are_where_they_were(calls: list[Heard]) -> None:
    for call in calls:
        truth = figures.longest(figures.silences(call.talk, call.report.duration, []))
        assert truth is not None
        assert call.report.longest_silence is not None
        assert call.report.longest_silence.start == pytest.approx(truth[0], abs=0.15)
        for number, speaker in enumerate(call.report.speakers):
            assert speaker.first_words_s == pytest.approx(call.talk[number][0][0], abs=0.15)


# ---------------------------------------------------------------- words


def test_word_error_rate_of_the_transcript_is_at_most_eight_per_cent(calls: list[Heard]) -> None:
    said, written = [], []
    for call in calls:
        for number, side in enumerate(SIDES):
            said.append(plain(" ".join(found.prompt.text for found in call.sides[number])))
            written.append(plain(" ".join(each.text for each in call.report.transcript if each.side == side)))
    rate = jiwer.wer(said, written)
    print(f"word error rate {rate:.1%} of {sum(len(text.split()) for text in said)} words")
    assert rate <= 0.08


def test_no_words_and_no_speech_on_ringback_and_silence(calls: list[Heard]) -> None:
    for call in calls:
        ring = min(span[0] for side in call.talk for span in side) - 0.3
        assert ring > RINGBACK_SECONDS
        assert not [turn for turn in call.report.turns if turn.start < ring]
        for number, side in enumerate(SIDES):
            near = [(start - 0.5, end + 0.5) for start, end in call.talk[number]]
            words = [word for each in call.report.transcript if each.side == side for word in each.words]
            assert words
            assert all(any(a <= word.start and word.end <= b for a, b in near) for word in words), (call.agent, side)


@pytest.mark.feature("ANAL+13")
def test_tracker_is_heard_within_half_a_second_of_its_word(calls: list[Heard]) -> None:
    """Of prompts that begin with the word the time is known."""
    checked = 0
    for call in calls:
        for number, side in enumerate(SIDES):
            hits = [hit.start for hit in call.report.trackers if hit.side == side]
            for found in call.sides[number]:
                if found.prompt.text.lower().startswith("please"):
                    spoken = found.speech[0][0]
                    assert min(abs(hit - spoken) for hit in hits) <= 0.5, (call.agent, found.prompt.name)
                    checked += 1
    assert checked >= 3


ONES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]


def plain(text: str) -> str:
    """Words as they are said: small letters, no punctuation, numbers written out."""
    text = re.sub(r"\d+", lambda number: ONES[int(number[0])] if int(number[0]) < len(ONES) else number[0], text)
    return re.sub(r"[^a-z' ]+", " ", text.lower().replace("’", "'")).strip()
