"""Languages: which one a reader gets, and the words in it.

The message ids are the English texts. Catalogues live in `web/locale/LANG/LC_MESSAGES/ringdesk.po`, the compiled
`.mo` beside them; `make messages` collects the texts of templates and code and merges them into the catalogues.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo, available_timezones

import jinja2
from babel import Locale, UnknownLocaleError
from babel.support import NullTranslations, Translations
from markupsafe import Markup

FOLDER = Path(__file__).parent / "locale"
DOMAIN = "ringdesk"
DEFAULT = "en"
_FORMATS = {"en": "en-GB"}
"""Whose formats a language takes where it names no country: 24 hours, the day before the month."""


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom a page is written: the language (a tag of LANGUAGES) and the IANA time zone."""

    language: str = DEFAULT
    timezone: str = "UTC"

    @property
    def locale(self) -> Locale:
        """Babel's idea of the language: formats of numbers, dates and names of countries."""
        return _locale(self.language)

    @property
    def zone(self) -> ZoneInfo:
        """The zone, or UTC where there is none of that name."""
        return zone(self.timezone)


_NOBODY = Reader()
_reader: ContextVar[Reader] = ContextVar("reader")


def reader() -> Reader:
    """Whom the text being made now is for."""
    return _reader.get(_NOBODY)


@contextmanager
def use(language: str, timezone: str = "UTC") -> Iterator[None]:
    """Texts made inside are in this language and this time zone."""
    token = _reader.set(Reader(choose(language), timezone))
    try:
        yield
    finally:
        _reader.reset(token)


def direction(language: str) -> str:
    """`rtl` or `ltr`, for the `dir` attribute."""
    return _locale(language).text_direction


def install(environment: jinja2.Environment) -> None:
    """Let templates speak: `_()`, `{% trans %}` and their like in the language of the reader.

    Reads all catalogues now, so that no page reads the disk for them.
    """
    extended = cast(Any, environment)
    extended.install_gettext_callables(gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext)
    extended.globals |= {"_": markup, "gettext": markup}
    environment.policies["ext.i18n.trimmed"] = True
    for tag in languages():
        _translations(tag)
        _locale(tag).territories.get("GB")
    _zones()


@cache
def languages() -> dict[str, str]:
    """The languages there are catalogues for, each with its own name for itself."""
    tags = sorted(path.name for path in FOLDER.iterdir() if (path / "LC_MESSAGES").is_dir())
    return {tag: (_locale(tag).get_language_name(tag) or tag).capitalize() for tag in tags}


def choose(*wanted: str, accept_language: str = "") -> str:
    """The first of `wanted` there is a catalogue for, else the browser's best, else English."""
    known = languages()
    for tag in (*wanted, *_accepted(accept_language)):
        found = _nearest(tag, tuple(known))
        if found:
            return found
    return DEFAULT


def gettext(message: str) -> str:
    """`message` in the reader's language."""
    return _translations(reader().language).ugettext(message)


def markup(message: str, /, **variables: object) -> Markup:
    """`gettext` for templates: `%(name)s` in it is filled with `variables`, escaped. What Jinja's own does, in a
    quarter of the time: a card has thirty texts."""
    text, plain = _marked(reader().language, message)
    return text % variables if variables else plain


def ngettext(singular: str, plural: str, number: int) -> str:
    """The form for `number` in the reader's language."""
    return _translations(reader().language).ungettext(singular, plural, number)


def pgettext(context: str, message: str) -> str:
    """`message` as it is meant in `context`."""
    return str(_translations(reader().language).upgettext(context, message))


def npgettext(context: str, singular: str, plural: str, number: int) -> str:
    """The form for `number` as it is meant in `context`."""
    return str(_translations(reader().language).unpgettext(context, singular, plural, number))


def zone(name: str) -> ZoneInfo:
    """The IANA zone `name`; UTC where there is none of that name."""
    return _zones().get(name) or _zones()["UTC"]


@cache
def _zones() -> dict[str, ZoneInfo]:
    """All of them, read once: `ZoneInfo` itself forgets all but the last eight, and reads the disk again."""
    return {name: ZoneInfo(name) for name in ("UTC", *available_timezones())}


def list_comma() -> str:
    """What stands between the parts of a list: `, ` or `، `."""
    pattern = reader().locale.list_patterns["standard"]["middle"]
    return str(pattern).replace("{0}", "").replace("{1}", "")


@cache
def _translations(language: str) -> NullTranslations:
    return Translations.load(FOLDER, [language], DOMAIN)


@lru_cache(maxsize=4096)
def _marked(language: str, message: str) -> tuple[Markup, Markup]:
    """The text with its placeholders, and what it is where there are none to fill."""
    text = Markup(_translations(language).ugettext(message))  # noqa: S704 - texts are ours
    return text, text if "%(" in text else text % {}


@cache
def _locale(tag: str) -> Locale:
    try:
        return Locale.parse(_FORMATS.get(tag, tag).replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return Locale.parse(DEFAULT)


def _nearest(tag: str, known: Sequence[str]) -> str:
    tag = tag.strip().replace("_", "-").casefold()
    if tag in known:
        return tag
    base = tag.partition("-")[0]
    return base if base in known else ""


def _accepted(header: str) -> list[str]:
    """Language tags of an Accept-Language header, the most wanted first."""
    weighted = []
    for item in header[:400].split(","):
        tag, _, rest = item.partition(";")
        quality = rest.strip().removeprefix("q=")
        weighted.append((tag.strip(), float(quality) if quality.replace(".", "", 1).isdigit() else 1.0))
    return [tag for tag, weight in sorted(weighted, key=lambda pair: -pair[1]) if tag and weight]
