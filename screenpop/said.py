"""Texts for people that are put into their language only where they are shown."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Protocol, runtime_checkable


@runtime_checkable
class InWords(Protocol):
    """What can tell itself in another language: `Said`, and every RingdeskError."""

    def in_words(self, translate: Callable[[str], str]) -> str:
        """The text in the language of `translate`, which takes an English text of the catalogue."""


def told(text: str, values: Mapping[str, object], translate: Callable[[str], str]) -> str:
    """`text` of the catalogue in the language of `translate`, its values in their places and language."""
    words = translate(text)
    return words % {name: in_words(value, translate) for name, value in values.items()} if values else words


class Said(str):
    """A text as it reads in English, which knows the text of the catalogue and the values that it was made of.

    In the text, `%(name)s` stands for a value of `values`; a value that can be put into words itself is.
    """

    text: str = ""
    values: Mapping[str, object] = MappingProxyType({})

    def in_words(self, translate: Callable[[str], str]) -> str:
        """The text in another language; "" of nothing."""
        if not self.text:
            return ""
        return told(self.text, self.values, translate)


def said(text: str, **values: object) -> Said:
    """`text` of the catalogue with `values` in it."""
    made = Said(text % values if values else text)
    made.text, made.values = text, values
    return made


def in_words(value: object, translate: Callable[[str], str]) -> object:
    """`value` in another language, where it can tell itself in one."""
    return value.in_words(translate) if isinstance(value, InWords) else value
