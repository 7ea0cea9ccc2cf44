"""What files of recordings are called."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screenpop.recordings.model import closed
from screenpop.recordings.names import MOST_PARTS, make_name, name_of_file, name_of_stem, parse_name, part_of_file

pytestmark = pytest.mark.feature("CALL-32")
IDS = st.from_regex(r"[a-z]{0,5}-?[0-9]{10}\.[0-9]{1,4}", fullmatch=True).filter(lambda text: text[0] != "-")


@settings(deadline=None)
@given(call=IDS, serial=st.integers(0, 10**11), side=st.sampled_from("ac"), part=st.integers(1, MOST_PARTS))
def test_file_leads_back_to_its_recording_and_part(call: str, serial: int, side: str, part: int) -> None:
    text = make_name(call, serial, "a" if side == "a" else "c")
    name = parse_name(text)
    assert name is not None
    assert (name.call, name.serial, name.side) == (call, serial, side)
    assert name_of_stem(name.stem(part)) == text
    for file in name.files(part):
        assert (name_of_file(file), part_of_file(file)) == (name, part)


def test_agents_voice_is_the_first_file_whichever_channel_is_recorded() -> None:
    customers, agents = parse_name("rd-1.2-3c"), parse_name("rd-1.2-3a")
    assert customers is not None
    assert agents is not None
    assert customers.files(1) == ("rd-1.2-3c-out.wav", "rd-1.2-3c-in.wav")
    assert agents.files(2) == ("rd-1.2-3a.2-in.wav", "rd-1.2-3a.2-out.wav")


@given(text=st.text())
def test_id_that_could_lead_elsewhere_gets_no_name(text: str) -> None:
    name = make_name(text, 1, "c")
    assert name == "" or not set(name) & set("/\\ \n\0&|;$,()")


@pytest.mark.parametrize(
    "file", ["x.wav", "rd-1.2-3c.wav", "rd-1.2-3c-in.mp3", "rd-../x-3c-in.wav", "rd-1.2-3c.1-in.wav"]
)
def test_other_peoples_files_are_left_alone(file: str) -> None:
    assert name_of_file(file) is None


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 200)), max_size=6), st.floats(0, 150))
def test_gaps_are_in_order_apart_and_within_the_recording(gaps: list[tuple[float, float]], seconds: float) -> None:
    found = closed(tuple(gaps), seconds)
    flat = [moment for gap in found for moment in gap]
    assert flat == sorted(flat)
    assert all(0 <= moment <= seconds for moment in flat)
    assert all(earlier[1] < later[0] for earlier, later in pairwise(found))


def test_gap_that_was_never_closed_ends_with_the_recording() -> None:
    assert closed(((1.0, 2.0), (5.0, 1e9)), 8.0) == ((1.0, 2.0), (5.0, 8.0))
