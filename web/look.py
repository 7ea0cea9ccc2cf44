"""What every template may use: translated texts, filters and icons."""

import re
from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup

from web import formats, i18n
from web.fields import DISPOSITIONS, runs
from web.frame import sections

STATIC = Path(__file__).parent / "static"
ICONS = STATIC / "vendor" / "lucide"
# Icons that show a direction are mirrored in right-to-left layouts.
MIRRORED = frozenset({"chevron-right", "chevron-left", "log-out", "external-link", "phone-forwarded", "undo-2"})
_HEAD = re.compile(r"^.*?<svg\b[^>]*>", re.DOTALL)


def install(environment: jinja2.Environment) -> None:
    """Give `environment` the words, the filters and `icon(name)`."""
    i18n.install(environment)
    environment.filters |= formats.FILTERS | {"runs": runs}
    environment.globals |= {
        "icon": icon,
        "sections": sections,
        "DISPOSITIONS": DISPOSITIONS,
        "languages": i18n.languages,
    }


@cache
def icon(name: str, size: str = "", label: str = "") -> Markup:
    """An icon in the text: `size` is "", "s" or "l"; `label` names it where no word beside it does.

    Raises jinja2.TemplateNotFound for a name that is not in vendor/lucide.
    """
    path = ICONS / f"{name}.svg"
    if not path.is_file():
        raise jinja2.TemplateNotFound(f"icon {name}")
    body = _HEAD.sub("", path.read_text(encoding="utf-8"), count=1)
    classes = "icon" + (f" icon-{size}" if size else "") + (" icon-mirrored" if name in MIRRORED else "")
    named = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    drawing = Markup(" ".join(body.split()))  # noqa: S704 - the vendored file, its checksum is tested
    return (
        Markup(
            '<svg class="{}" {} viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" '
            'stroke-linecap="round" stroke-linejoin="round">'
        ).format(classes, named)
        + drawing
    )
