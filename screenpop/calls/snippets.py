"""The words around what was looked for in a text, in pieces of which some are marked. Pure."""

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from screenpop.calls.search_words import Term, Token, places, tokens
from screenpop.customers.fold import fold

AROUND: Final = 30
"""Characters shown before the words; after them four times as many."""

Pieces = tuple[tuple[str, bool], ...]
"""A text in order, True for what was looked for."""


def held(text: str, terms: Collection[Term], *, inside: bool = False) -> set[Term]:
    """Those of the terms that stand in the text. `inside`: also where they are parts of its words."""
    if not _may_hold(text, terms):
        return set()
    said = tokens(text)
    return {term for term in terms if _marked(term, said, inside)}


def snippet(text: str, terms: Collection[Term], *, inside: bool = False) -> Pieces:
    """The text around the first of the terms; () where none stands in it. `inside` as for `held`."""
    if not _may_hold(text, terms):
        return ()
    said = tokens(text)
    marked = sorted({at for term in terms for at in _marked(term, said, inside)})
    if not marked:
        return ()
    begin, end = _window(text, said, marked[0])
    return tuple(_pieces(text, [said[at] for at in marked if said[at].end <= end], begin, end))


def _marked(term: Term, said: list[Token], inside: bool) -> set[int]:
    """The tokens of the text that are the term's."""
    if inside:
        return {at for at, token in enumerate(said) if any(word in token.folded for word in term.tokens)}
    return {at for first, last in places(term, said) for at in range(first, last)}


def _may_hold(text: str, terms: Collection[Term]) -> bool:
    folded = fold(text)
    return any(term.tokens[0] in folded for term in terms)


def _window(text: str, said: Sequence[Token], at: int) -> tuple[int, int]:
    """From whole word to whole word."""
    begin = min((token.start for token in said[: at + 1] if token.start >= said[at].start - AROUND), default=0)
    most = said[at].end + 4 * AROUND
    end = max(token.end for token in said[at:] if token.end <= max(most, said[at].end))
    return (0 if begin < 4 else begin), (len(text) if len(text) - end < 4 else end)


def _pieces(text: str, marked: Sequence[Token], begin: int, end: int) -> Iterator[tuple[str, bool]]:
    at = begin
    if begin:
        yield "… ", False
    for token in marked:
        if token.start > at:
            yield text[at : token.start], False
        yield text[token.start : token.end], True
        at = token.end
    if at < end:
        yield text[at:end], False
    if end < len(text):
        yield " …", False
