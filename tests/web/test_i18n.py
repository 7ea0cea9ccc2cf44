"""Languages: which one a reader gets, and that no text is left out."""

import re
from io import BytesIO
from pathlib import Path

import jinja2
import pytest
from babel.messages.pofile import read_po

from screenpop.customers.fields import TIMEZONES
from web import i18n
from web.i18n import choose, direction, gettext, languages, reader, use
from web.messages import ROOT, gather, merged, mo_bytes, po_path, po_text, untranslated

TERMINAL = {"config.py", "config_file.py", "config_rules.py", "directory.py", "engine.py"}
"""Their errors are seen on a terminal only."""
RAISING = [path for room in ("screenpop", "web") for path in (ROOT / room).rglob("*.py") if path.name not in TERMINAL]


@pytest.mark.parametrize("language", languages())
def test_catalogue_is_fresh_and_lacks_no_translation(language: str) -> None:
    written = po_path(language).read_bytes()
    assert po_text(merged(language, gather())) == written, "run `make messages`"
    assert untranslated(read_po(BytesIO(written), locale=language)) == []


@pytest.mark.parametrize("language", languages())
def test_compiled_catalogue_is_that_of_its_source(language: str) -> None:
    source = read_po(BytesIO(po_path(language).read_bytes()), locale=language)
    assert po_path(language).with_suffix(".mo").read_bytes() == mo_bytes(source), "run `make messages`"


@pytest.mark.parametrize("language", languages())
def test_placeholders_of_a_translation_are_those_of_the_text(language: str) -> None:
    for message in read_po(BytesIO(po_path(language).read_bytes()), locale=language):
        if message.id and message.string:
            assert list(message.check()) == []


@pytest.mark.parametrize("language", languages())
def test_digits_of_a_translation_are_those_of_the_figures_beside_it(language: str) -> None:
    catalogue = read_po(BytesIO(po_path(language).read_bytes()), locale=language)
    assert [message.id for message in catalogue if re.search(r"(?![0-9])\d", str(message.string))] == []


@pytest.mark.parametrize("path", RAISING, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_error_has_a_text_that_a_catalogue_can_have(path: Path) -> None:
    """A literal, or a constant marked N_(); what is put together at run time is in none."""
    text = path.read_text(encoding="utf-8")
    other = re.findall(r"\b(?:BadInput|Conflict|NotFound|NotAllowed)\(\s*(f[\"']|[A-Z_]+\b)", text)
    assert [name for name in other if not re.search(rf"^{name}\b.* = N_\(", text, re.MULTILINE)] == []


def test_language_is_the_first_that_is_known() -> None:
    assert choose("xx", "fa") == "fa"
    assert choose("de_AT") == "de"
    assert choose("", accept_language="xx, fa-IR;q=0.8, en;q=0.5") == "fa"
    assert choose("xx") == "en"
    assert choose(accept_language="fa;q=x,;;;,") == "fa"


def test_texts_are_in_the_language_of_the_reader_and_only_inside() -> None:
    with use("fa", "Asia/Tehran"):
        assert gettext("Save") != "Save"
        assert reader().timezone == "Asia/Tehran"
    assert gettext("Save") == "Save"


def test_persian_runs_from_right_to_left() -> None:
    assert (direction("fa"), direction("en")) == ("rtl", "ltr")


def test_zone_that_is_none_is_utc() -> None:
    assert [i18n.zone(name).key for name in ("", "Mars/Olympus", "../../etc/passwd")] == ["UTC", "UTC", "UTC"]


def test_no_time_zone_is_read_from_the_disk_once_the_templates_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    i18n.install(jinja2.Environment(extensions=["jinja2.ext.i18n"], autoescape=True))
    monkeypatch.setattr(i18n, "ZoneInfo", None)
    for name in sorted(TIMEZONES):
        assert i18n.zone(name).key == name
    assert i18n.zone("Nowhere/At_All").key == i18n.zone("").key == "UTC"


def test_texts_of_templates_are_filled_and_what_is_filled_in_is_escaped() -> None:
    environment = jinja2.Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    i18n.install(environment)
    template = environment.from_string(
        '{{ _("Save") }} {{ _("today %(time)s", time=time) }} {% trans x=time %}<b>{{ x }}</b>{% endtrans %}'
    )
    with use("de"):
        assert template.render(time="<i>") == "Speichern heute &lt;i&gt; <b>&lt;i&gt;</b>"
    assert template.render(time="9") == "Save today 9 <b>9</b>"
