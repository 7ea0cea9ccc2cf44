"""Places and carriers: as libphonenumber tells them, in a tenth of its memory."""

import pytest

from screenpop.places import Prefixes, carrier_of, place_of


@pytest.mark.feature("CALL-25")
@pytest.mark.parametrize(
    ("e164", "place", "carrier"),
    [
        ("+49301234567", "Berlin", ""),
        ("+442079460958", "London", ""),
        ("+12125552368", "New York, NY", ""),
        ("+74951234567", "Moscow", ""),
        ("+5491123456789", "Buenos Aires", ""),
        ("+491715566778", "", "T-Mobile"),
        ("+380671234567", "", "Kyivstar"),
        ("+800123456789", "", ""),
        ("101", "", ""),
        ("", "", ""),
        ("nonsense", "", ""),
    ],
)
def test_a_number_has_the_place_or_the_network_of_its_longest_prefix(e164: str, place: str, carrier: str) -> None:
    assert (place_of(e164), carrier_of(e164)) == (place, carrier)


def test_the_longest_prefix_wins() -> None:
    prefixes = Prefixes({49: "Germany", 4930: "Berlin", 493: "East"})

    assert [prefixes.find(digits) for digits in ("49301", "49311", "4989", "33", "")] == [
        "Berlin",
        "East",
        "Germany",
        "",
        "",
    ]
    assert Prefixes({}).find("49") == ""
