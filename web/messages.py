"""`make messages`: gather every text of the panel into the catalogues, and compile them.

Texts come from `_()` and its like in templates and code, from the errors that a person sees (their English text is
the message id), and from the tables whose labels are shown. The English catalogue is filled with its own ids; other
languages keep what they have, and what is new in them stays empty until somebody translates it.
"""

from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from screenpop import errors
from screenpop.cards.model import FIELDS
from screenpop.errors import RingdeskError
from web.errors import WORDS
from web.i18n import DEFAULT, DOMAIN, FOLDER

ROOT = Path(__file__).parent.parent
METHODS = [("templates/**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {"templates/**.html": {"extensions": "jinja2.ext.do", "trimmed": "true", "silent": "false"}}
ERRORS = {
    name: None for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, RingdeskError)
}
KEYWORDS = {
    "_": None,
    "gettext": None,
    "N_": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "NotSignedIn": None,
    "ForeignRequest": None,
    **ERRORS,
}
FOLDERS: dict[str, dict[str, Any]] = {
    "web": KEYWORDS,
    "screenpop": KEYWORDS,
    "ari_app": {"said": None, "N_": None},
}
"""Where texts stand, and how they are marked. Of the command line's texts the panel shows the check's findings."""


def gather() -> Catalog:
    """Every text there is, each with the files that say it."""
    catalog = Catalog(domain=DOMAIN, project="Ringdesk", charset="utf-8")
    for folder, keywords in FOLDERS.items():
        for name, _line, message, _comments, context in extract_from_dir(
            ROOT / folder, METHODS, OPTIONS, keywords=keywords, comment_tags=()
        ):
            if _is_text(message):
                catalog.add(message, locations=[(f"{folder}/{name}", 0)], context=context)
    for text in _labels():
        catalog.add(text, locations=[("web/messages.py", 0)])
    return catalog


def merged(language: str, texts: Catalog) -> Catalog:
    """The catalogue of `language` as it should be: the texts there are, and what is translated of them."""
    path = po_path(language)
    catalog = read_po(BytesIO(path.read_bytes()), locale=language, domain=DOMAIN) if path.exists() else _new(language)
    catalog.update(deepcopy(texts), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    if language == DEFAULT:
        for message in catalog:
            if message.id:
                message.string = message.id
    return catalog


def po_text(catalog: Catalog) -> bytes:
    """The catalogue as it stands in its `.po` file: sorted, without dates, so that a diff shows texts only."""
    out = BytesIO()
    write_po(out, catalog, width=120, sort_output=True, omit_header=True, include_lineno=False)
    return _HEADER.format(language=catalog.locale_identifier, plurals=catalog.plural_forms).encode() + out.getvalue()


def mo_bytes(catalog: Catalog) -> bytes:
    """The catalogue compiled; without the hour, so that the same texts make the same file."""
    catalog.creation_date = catalog.revision_date = datetime.fromtimestamp(0, UTC)
    out = BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def po_path(language: str) -> Path:
    """Where the catalogue of `language` is."""
    return FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def main() -> None:
    """Write all catalogues anew."""
    texts = gather()
    for path in sorted(FOLDER.iterdir()):
        catalog = merged(path.name, texts)
        text = po_text(catalog)
        po_path(path.name).write_bytes(text)
        compiled = read_po(BytesIO(text), locale=path.name)
        po_path(path.name).with_suffix(".mo").write_bytes(mo_bytes(compiled))
        print(f"{path.name}: {len(catalog)} texts, {len(untranslated(catalog))} not translated")


_HEADER = (
    'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n"Plural-Forms: {plurals}\\n"\n'
    '"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n\n'
)


def _new(language: str) -> Catalog:
    return Catalog(locale=language, domain=DOMAIN, project="Ringdesk", charset="utf-8")


def _labels() -> Iterator[str]:
    yield from (field.label for field in FIELDS.values())
    yield from WORDS.values()


def _is_text(message: str | tuple[str, ...]) -> bool:
    """Has it a letter? Errors that are raised with a formatted text yield an empty one."""
    first = message if isinstance(message, str) else message[0]
    return bool(first) and any(letter.isalpha() for letter in first)


def untranslated(catalog: Catalog) -> list[str]:
    """The texts that have no translation, or lack a plural form."""
    return [str(message.id) for message in catalog if message.id and not _complete(message.string)]


def _complete(string: str | tuple[str, ...] | list[str] | None) -> bool:
    return bool(string) if isinstance(string, str) or string is None else all(string)


if __name__ == "__main__":
    main()
