"""What the rules about words know of each language: tables only. A language without one gets what needs none."""

from screenpop.analysis.languages.de import GERMAN
from screenpop.analysis.languages.en import ENGLISH
from screenpop.analysis.languages.fa import PERSIAN
from screenpop.analysis.languages.table import Language

LANGUAGES: dict[str, Language] = {language.code: language for language in (ENGLISH, GERMAN, PERSIAN)}


def language_of(code: str) -> Language | None:
    """The tables for a language code (`en`, `en-GB`), or None."""
    return LANGUAGES.get(code.replace("_", "-").split("-")[0].lower())


__all__ = ["LANGUAGES", "Language", "language_of"]
