"""What a person types into the search box, as the word index and we read it. Pure."""

import re
from dataclasses import dataclass
from typing import Final

import phonenumbers

from screenpop.customers.fold import TRUNK_ZERO, fold
from screenpop.numbers import Numbers, fold_digits

MOST_TERMS: Final = 12
SHORTEST_BEGIN: Final = 3
"""Letters before a `*`: with fewer the index would list most of what it holds."""
_QUOTES = str.maketrans(dict.fromkeys("“”„«»″＂", '"'))
_TERM = re.compile(r'"([^"]*)"?(\*?)|([^\s"]+)')
_TOKEN = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Term:
    """One word, or several that follow each other, folded. `begins`: the last may go on."""

    text: str
    begins: bool = False

    @property
    def tokens(self) -> tuple[str, ...]:
        """Its words."""
        return tuple(_TOKEN.findall(self.text))


def terms(q: str) -> tuple[Term, ...]:
    """All of these must be found. What looks like the index's own language is plain words."""
    found = [_term(match) for match in _TERM.finditer(fold(q.translate(_QUOTES)))]
    return tuple(dict.fromkeys(term for term in found if term.tokens))[:MOST_TERMS]


def _term(match: re.Match[str]) -> Term:
    phrase, star, word = match.groups()
    text = word.rstrip("*") if word is not None else phrase
    begins = bool(star) if word is None else word.endswith("*")
    return Term(text, begins and len(text) >= SHORTEST_BEGIN)


def expression(wanted: tuple[Term, ...]) -> str:
    """The terms in the language of FTS5: every one is a string, so nothing in it is an operator."""
    return " AND ".join(f'"{term.text}"{" *" if term.begins else ""}' for term in wanted)


def bare(q: str) -> str:
    """`q` without quotes and stars: a name that is looked for."""
    return q.translate(_QUOTES).replace('"', " ").replace("*", " ").strip()


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text: where it stands in it, and how it reads folded."""

    start: int
    end: int
    folded: str


def tokens(text: str) -> list[Token]:
    """The words of a text as it was written."""
    return [Token(found.start(), found.end(), fold(found[0])) for found in _TOKEN.finditer(text)]


def places(term: Term, said: list[Token]) -> list[tuple[int, int]]:
    """Where the term stands: its first token and the one after its last."""
    wanted, found = term.tokens, []
    for at in range(len(said) - len(wanted) + 1):
        words = [token.folded for token in said[at : at + len(wanted)]]
        same = words[:-1] == list(wanted[:-1]) and (
            words[-1].startswith(wanted[-1]) if term.begins else words[-1] == wanted[-1]
        )
        if same:
            found.append((at, at + len(wanted)))
    return found


def number_parts(text: str, numbers: Numbers) -> tuple[str, ...]:
    """What to look for in the keys of numbers, any of it; a part that begins with `+` is the begin of a key.

    The zero that people dial inside the country stands for the country's code.
    """
    text = text.strip()
    if text.startswith(("+", "00")):
        text = TRUNK_ZERO.sub("", text)
    digits = fold_digits(text)
    if not digits:
        return ()
    if text.startswith("+"):
        key = numbers.parse(text).key  # without a zero that does not belong there, where it is a whole number
        return tuple(dict.fromkeys((f"+{digits}", key if key.startswith("+") else f"+{digits}")))
    parts = [digits, numbers.parse(text).key.lstrip("+")]
    if digits.startswith("00"):
        parts.append(f"+{digits[2:]}")
    elif digits.startswith("0"):
        code = phonenumbers.country_code_for_region(numbers.country)
        parts += [f"+{code}{digits}", f"+{code}{digits[1:]}"]
    return tuple(dict.fromkeys(part for part in parts if part.strip("+")))
