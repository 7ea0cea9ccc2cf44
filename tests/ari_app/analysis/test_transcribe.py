"""Speech is packed for the engine, and its words are put back to their times."""

import pytest

from ari_app.analysis.transcribe import Piece, packed, placed, segmented
from screenpop.analysis.model import Word

pytestmark = pytest.mark.feature("ANAL-01")


def word(start: float, end: float, text: str, sure: float = 1.0) -> Word:
    return Word(start=start, end=end, text=f" {text}", sure=sure)


def test_speech_is_packed_without_the_silence_between() -> None:
    [pack] = packed([(10.0, 12.0), (50.0, 53.0)], 60.0, 29.0)
    assert [(piece.start, piece.end) for piece in pack] == [(9.8, 12.2), (49.8, 53.2)]
    assert [piece.at for piece in pack] == pytest.approx([0.0, 2.7])


def test_pack_holds_no_more_than_the_engine_takes() -> None:
    packs = packed([(start, start + 8.0) for start in range(0, 100, 10)], 120.0, 29.0)
    assert [len(pack) for pack in packs] == [3, 3, 3, 1]
    assert all(pack[-1].at + pack[-1].end - pack[-1].start <= 29.0 for pack in packs)


def test_speech_without_any_pause_is_cut() -> None:
    packs = packed([(0.0, 70.0)], 70.0, 29.0)
    assert [(piece.start, piece.end) for pack in packs for piece in pack] == [(0.0, 29.0), (29.0, 58.0), (58.0, 70.0)]


def test_words_go_back_to_where_they_were_said() -> None:
    pack = [Piece(10.0, 12.0, 0.0), Piece(50.0, 53.0, 2.3)]
    found = placed([word(0.5, 0.9, "hello"), word(2.4, 2.9, "goodbye")], pack)
    assert [(each.start, each.end, each.text) for each in found] == [(10.5, 10.9, " hello"), (50.1, 50.6, " goodbye")]


def test_word_that_reaches_into_the_silence_is_cut_off_there() -> None:
    [found] = placed([word(1.8, 2.2, "hello")], [Piece(10.0, 12.0, 0.0), Piece(50.0, 53.0, 2.3)])
    assert (found.start, found.end) == (11.8, 12.0)


def test_words_that_no_mouth_can_say_are_made_up() -> None:
    assert placed([word(0.1, 0.2, "thanks") for _ in range(30)], [Piece(0.0, 5.0, 0.0)]) == []


def test_segment_ends_at_a_breath_and_at_the_end_of_a_sentence() -> None:
    said = [word(0, 0.4, "Hello."), word(0.7, 1.0, "It's"), word(1.1, 1.4, "Ada"), word(2.5, 3.0, "here", 0.4)]
    found = segmented("agent", said)
    assert [(each.text, each.start, each.end) for each in found] == [
        ("Hello.", 0, 0.4),
        ("It's Ada", 0.7, 1.4),
        ("here", 2.5, 3.0),
    ]
    assert found[2].sure == 0.4
    assert found[1].words[0].text == "It's"
