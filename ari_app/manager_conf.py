"""What a section of Asterisk's manager.conf lets a login see. No I/O."""

import re
from collections.abc import Iterable, Mapping, Sequence

Section = Mapping[str, Sequence[str]]
"""Each key with all its values, in order: eventfilter comes many times."""

_HEADER = re.compile(r"\[(?P<name>[^\]]+)\]")
_ADVANCED = re.compile(r"^eventfilter\((?P<rule>.*)\)$", re.IGNORECASE)
_NAME = re.compile(r"name\(([^)]*)\)", re.IGNORECASE)


def section_of(text: str, name: str) -> Section | None:
    """The section of that name in the text of a manager.conf, or None where it is not there (or included)."""
    current, found = "", False
    values: dict[str, list[str]] = {}
    for line in (raw.partition(";")[0].strip() for raw in text.splitlines()):
        header = _HEADER.match(line)
        if header:
            current = header["name"]
            found = found or current == name
        elif current == name:
            _add(values, line)
    return values if found else None


def section_from_getconfig(response: Mapping[str, str]) -> Section:
    """The one section that AMI's GetConfig was asked for: `Line-000000-000001: read=call`."""
    values: dict[str, list[str]] = {}
    for key, line in response.items():
        if key.startswith("Line-"):
            _add(values, line)
    return values


def classes(section: Section, key: str) -> frozenset[str]:
    """The classes of `read` or `write`."""
    return frozenset(name.strip().casefold() for value in section.get(key, ()) for name in value.split(","))


def held_back(section: Section, events: Iterable[str]) -> tuple[str, ...]:
    """The events that the section's eventfilter lines keep back, sorted.

    Any including line hides what none includes; an excluding line hides what it matches (manager.conf.sample).
    """
    rules = [rule for key, values in section.items() for value in values if (rule := _rule(key, value))]
    included = [pattern for pattern, excludes in rules if not excludes]
    excluded = [pattern for pattern, excludes in rules if excludes]
    return tuple(sorted(name for name in events if not _passes(f"Event: {name}\r\n", included, excluded)))


def _add(values: dict[str, list[str]], line: str) -> None:
    key, equals, value = line.partition("=")
    if equals:
        values.setdefault(key.strip(), []).append(value.removeprefix(">").strip())


def _rule(key: str, value: str) -> tuple[re.Pattern[str], bool] | None:
    """What a line matches and whether it excludes; None for another key, or an expression that cannot be read."""
    advanced = _ADVANCED.match(key)
    if advanced:
        name = _NAME.search(advanced["rule"])
        pattern = f"^Event: {re.escape(name[1])}\r" if name else value
        return _compiled(pattern), "action(exclude)" in advanced["rule"].casefold()
    if key.casefold() != "eventfilter":
        return None
    return _compiled(value.removeprefix("!")), value.startswith("!")


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern, re.MULTILINE)
    except re.error:
        return re.compile(r"(?!)")


def _passes(message: str, included: Sequence[re.Pattern[str]], excluded: Sequence[re.Pattern[str]]) -> bool:
    let_in = not included or any(pattern.search(message) for pattern in included)
    return let_in and not any(pattern.search(message) for pattern in excluded)
