"""What every template may use: translated texts, filters and icons."""

import re
from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup, escape

from screenpop import said
from screenpop.said import InWords, Said
from web import formats, i18n
from web.fields import DISPOSITIONS, runs
from web.frame import sections
from web.places import admin_places

STATIC = Path(__file__).parent / "static"
ICONS = STATIC / "vendor" / "lucide"
# Icons that show a direction are mirrored in right-to-left layouts.
MIRRORED = frozenset({"chevron-right", "chevron-left", "log-out", "external-link", "phone-forwarded", "undo-2"})
_HEAD = re.compile(r"^.*?<svg\b[^>]*>", re.DOTALL)


def install(environment: jinja2.Environment) -> None:
    """Give `environment` the words, the filters and `icon(name)`. Reads the disk: not for a running loop."""
    i18n.install(environment)
    _drawings()
    environment.filters |= formats.FILTERS | {
        "runs": runs,
        "translated": i18n.gettext,
        "in_words": in_words,
        "in_pieces": in_pieces,
    }
    environment.globals |= {
        "icon": icon,
        "sections": sections,
        "admin_places": admin_places,
        "DISPOSITIONS": DISPOSITIONS,
        "languages": i18n.languages,
        "list_comma": i18n.list_comma,
    }


def in_words(text: InWords) -> str:
    """What `text` says, in the reader's language. (`_()` would take the outside text in it for HTML of ours.)"""
    return text.in_words(i18n.gettext)


def in_pieces(value: object) -> Markup:
    """The same, each value in it a piece of its own: an address keeps its direction in a text of the other one."""
    if not isinstance(value, Said):
        return escape(said.in_words(value, i18n.gettext))
    pieces = {name: Markup("<bdi>{}</bdi>").format(in_pieces(each)) for name, each in value.values.items()}
    return i18n.markup(value.text, **pieces)


@cache
def icon(name: str, size: str = "", label: str = "") -> Markup:
    """An icon in the text: `size` is "", "s" or "l"; `label` names it where no word beside it does.

    Raises KeyError for a name that is not in vendor/lucide.
    """
    classes = "icon" + (f" icon-{size}" if size else "") + (" icon-mirrored" if name in MIRRORED else "")
    named = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    head = Markup(
        '<svg class="{}" {} viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" '
        'stroke-linecap="round" stroke-linejoin="round">'
    )
    return head.format(classes, named) + _drawings()[name]


@cache
def _drawings() -> dict[str, Markup]:
    """What is inside each vendored file's `<svg>`, by the icon's name; their checksums are tested."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in ICONS.glob("*.svg")}
    return {name: Markup(" ".join(_HEAD.sub("", text, count=1).split())) for name, text in texts.items()}  # noqa: S704
