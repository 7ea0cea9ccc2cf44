"""The past of the demo: calls that could have been, and enough of them."""

import wave
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ari_app.demo.asterisk import find_asterisk
from ari_app.demo.conversations import conversations, length, sounds_folder, write
from ari_app.demo.history import DAYS, past_calls
from tests.screenpop.calls.invariants import check

NOW = datetime(2026, 5, 6, 15, 30, tzinfo=ZoneInfo("Europe/London"))
NUMBERS = ["+442079460123", "+441134960142", "+353656812345"]


def frames(file: Path) -> int:
    with wave.open(str(file)) as sound:
        return sound.getnframes()


@pytest.mark.feature("CALL-31")
def test_past_has_at_least_300_calls_and_keeps_to_its_days() -> None:
    calls = past_calls(NOW, NUMBERS)
    assert len(calls) >= 300
    assert len({call.id for call in calls}) == len(calls)
    began = [call.started_at for call in calls]
    assert began == sorted(began)
    assert (NOW - timedelta(days=DAYS + 1)).timestamp() < began[0]
    assert max(fact.at for call in calls for fact in call.facts) < NOW.timestamp() + 3600


def test_past_is_the_same_for_the_same_moment() -> None:
    assert past_calls(NOW, NUMBERS) == past_calls(NOW, NUMBERS)


def test_every_call_of_the_past_keeps_the_promises_of_the_tracker() -> None:
    for call in past_calls(NOW, NUMBERS):
        check(call.facts)
        times = [fact.at for fact in call.facts]
        assert times == sorted(times)


def test_past_has_every_result_and_calls_that_were_called_back() -> None:
    calls = past_calls(NOW, NUMBERS)
    assert {call.result for call in calls} == {"answered", "missed", "abandoned", "busy", "no_answer"}
    missed = {call.number for call in calls if call.result in ("missed", "abandoned")}
    assert any(call.outgoing and call.number in missed for call in calls)


async def test_conversations_are_speech_of_two_sides_of_one_length(tmp_path: Path) -> None:
    asterisk = await find_asterisk(lambda _: None)
    sounds = sounds_folder(asterisk.data)
    assert sounds is not None
    talks = conversations(sounds)
    assert len(talks) >= 12
    for talk in talks:
        agent, customer = tmp_path / "agent.wav", tmp_path / "customer.wav"
        seconds = write(talk, sounds, agent, customer)
        assert {frames(agent), frames(customer)} == {round(seconds * 8000)}
        assert seconds == pytest.approx(length(talk, sounds), abs=0.01)


@pytest.mark.feature("CALL-32")
def test_calls_that_are_to_be_heard_last_as_long_as_their_recordings() -> None:
    lengths = [31.5, 52.0, 28.25]
    heard = [call for call in past_calls(NOW, NUMBERS, lengths) if call.recorded]
    assert sorted(call.talk_seconds for call in heard) == pytest.approx(sorted(lengths))


def test_past_of_a_company_without_customers_is_of_strangers() -> None:
    assert len(past_calls(NOW, [], [30.0])) >= 300
