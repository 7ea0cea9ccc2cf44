"""What of ours was called, by name."""

from collections.abc import Iterable

from screenpop.calls.log import LoggedCall
from web.keys import Services


def line_names(house: Services, calls: Iterable[LoggedCall]) -> dict[str, str]:
    """The names of the lines among the numbers that `calls` came in on."""
    found = {number: house.lines.find(number) for number in {call.line for call in calls} if number}
    return {number: line.name or line.company for number, line in found.items() if line}


def seat_names(house: Services) -> dict[str, str]:
    """The extensions of ours, each with the name of who sits there."""
    return {each.number: house.people.name_at(each.number) for each in house.extensions.all()}
