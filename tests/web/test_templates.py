"""What every template keeps to: no inline script or style, no untranslated text, icons that exist."""

import re
from pathlib import Path

import jinja2
import pytest

from tests.web.conftest import Client
from web import render
from web.look import icon
from web.render import HERE, static_url

TEMPLATES = sorted((HERE / "templates").rglob("*.html"))
COMMENTS_AND_CODE = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
SPEECH = re.compile(r"\{%-?\s*trans\b.*?endtrans\s*-?%\}", re.DOTALL)
TAG = re.compile(r"<[^>]*>", re.DOTALL)
NAMES = {
    "Ringdesk",
    "kbd",
    "Ctrl",
    "Alt",
    "Enter",
    "Esc",
    "K",
    "C",
    "N",
    "M",
    "g",
    "h",
    "c",
    "j",
    "k",
    "s",
    "CSV",
    "XLSX",
    "PDF",
}


def markup(path: Path) -> str:
    return COMMENTS_AND_CODE.sub("", SPEECH.sub("", path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(HERE).as_posix())
def test_template_has_no_inline_script_or_style(path: Path) -> None:
    text = markup(path)
    assert re.findall(r"\sstyle=|\son\w+=|<style|<script(?![^>]*\bsrc=)", text) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(HERE).as_posix())
def test_template_has_no_bare_text(path: Path) -> None:
    words = set(re.findall(r"[^\W\d_]+", re.sub(r"&\w+;", " ", TAG.sub(" ", markup(path)))))
    assert words <= NAMES


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(HERE).as_posix())
def test_template_takes_only_texts_of_ours_for_html(path: Path) -> None:
    """`_()` gives markup and reads `%`: what may hold somebody else's text goes through `|translated`."""
    spoken = re.findall(r"\b(?:_|gettext)\(\s*([a-z][\w.]*)", path.read_text(encoding="utf-8"))
    assert set(spoken) <= {"place.name", "place.about", "choice.label"}


def test_icon_is_drawn_in_the_colour_of_the_text_and_named_where_it_stands_alone() -> None:
    assert 'stroke="currentColor"' in icon("phone")
    assert 'aria-hidden="true"' in icon("phone")
    assert 'aria-label="a &lt;b&gt;"' in icon("phone", "s", "a <b>")
    with pytest.raises(KeyError):
        icon("no-such-icon")


def test_every_icon_that_a_template_names_is_there() -> None:
    named = {name for path in TEMPLATES for name in re.findall(r'icon\("([\w-]+)"', path.read_text(encoding="utf-8"))}
    for name in named:
        assert isinstance(icon(name), str)


def test_broken_template_is_found_when_the_environment_is_built(tmp_path: Path) -> None:
    from web.render import build_environment

    (tmp_path / "broken.html").write_text("{% if %}", encoding="utf-8")
    with pytest.raises(jinja2.TemplateSyntaxError):
        build_environment.__wrapped__(tmp_path)


@pytest.mark.parametrize(
    "name", ["js/main.js", "css/tokens.css", "vendor/noto-sans/files/noto-sans-latin-wght-normal.woff2"]
)
async def test_static_file_is_kept_by_browsers_for_as_long_as_it_is_the_same(anonymous: Client, name: str) -> None:
    answer = await anonymous.get(static_url(name))
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "public, max-age=31536000, immutable")
    assert (await anonymous.get(f"/static/{name}")).headers["Cache-Control"] == "no-cache"


def test_template_is_compiled_once_for_all_starts_and_anew_when_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render, "HERE", tmp_path)
    (tmp_path / "page.html").write_text("one")

    def text() -> str:
        loader = jinja2.FileSystemLoader(tmp_path)
        return jinja2.Environment(loader=loader, bytecode_cache=render.Compiled()).get_template("page.html").render()

    kept = tmp_path / "__pycache__"
    assert text() == "one"
    [file] = kept.iterdir()
    made = file.stat().st_mtime_ns
    assert (text(), file.stat().st_mtime_ns) == ("one", made)
    (tmp_path / "page.html").write_text("two")
    assert (text(), [each.name for each in kept.iterdir()]) == ("two", [file.name])


def test_templates_work_where_nothing_can_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "page.html").write_text("one")
    monkeypatch.setattr(render, "HERE", Path("/proc"))
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(tmp_path), bytecode_cache=render.Compiled())
    assert environment.get_template("page.html").render() == "one"
