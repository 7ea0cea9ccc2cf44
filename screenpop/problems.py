"""Problems as the database keeps them: texts of the catalogue and their values, put into words where they are shown."""

from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec

from screenpop.said import told

Value = str | int | float


class Told(Protocol):
    """A text of the catalogue with its values: a RingdeskError, say."""

    @property
    def text(self) -> str:
        """In English; `%(name)s` stands for a value."""

    @property
    def values(self) -> Mapping[str, object]:
        """By name."""


class _Kept(msgspec.Struct, forbid_unknown_fields=True):
    text: str
    values: dict[str, Value]


def kept(*problems: Told) -> str:
    """As it stands in a column; "" of nothing."""
    texts = [_Kept(each.text, {name: _value(value) for name, value in each.values.items()}) for each in problems]
    return msgspec.json.encode(texts).decode() if texts else ""


def in_words(problem: str, translate: Callable[[str], str] = str) -> str:
    """The sentences of a column's `problem` in the language of `translate`; what is not `kept` is shown as it is."""
    try:
        texts = msgspec.json.decode(problem, type=list[_Kept])
    except msgspec.DecodeError:
        return _sentence(problem)
    return " ".join(_sentence(told(each.text, each.values, translate)) for each in texts)


def _value(value: object) -> Value:
    return value if isinstance(value, int | float) else str(value)  # a plain one: JSON takes no `Said`


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:].rstrip('.')}." if words else ""
