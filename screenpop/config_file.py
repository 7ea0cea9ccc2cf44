"""Reads ringdesk.toml and the environment into a `Config`, or says in words which key is wrong."""

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args, get_origin

import msgspec

from screenpop.config import Config
from screenpop.config_rules import refuse_bad_values
from screenpop.errors import BadConfiguration

PREFIX = "RINGDESK_"
"""`RINGDESK_AMI__SECRET` is the key ami.secret; lists are written with commas."""
PLACES = ("ringdesk.toml", "/etc/ringdesk/ringdesk.toml")

_WORDS = {"int": "a whole number", "str": "text", "bool": "true or false", "array": "a list", "object": "a table"}
_TYPE_ERROR = re.compile(r"Expected `(?P<wanted>[^`]+)`(?:, got `(?P<got>[^`]+)`)?(?: - at `\$\.?(?P<path>[^`]*)`)?")


def find(given: str, environ: Mapping[str, str]) -> Path:
    """The file to read: the one given, else $RINGDESK_CONFIG, else the first that exists of `PLACES`.

    Raises BadConfiguration when there is none.
    """
    named = given or environ.get("RINGDESK_CONFIG", "")
    places = (named,) if named else PLACES
    for place in map(Path, places):
        if place.is_file():
            return place
    raise BadConfiguration(f"there is no configuration at {' or '.join(places)}: `ringdesk init` writes one")


def load(path: Path | None, environ: Mapping[str, str]) -> Config:
    """The configuration of a file (None: all defaults) with what the environment sets over it.

    Raises BadConfiguration: the file cannot be read, a key is unknown, a value is of the wrong type or makes no sense.
    """
    data = _read(path) if path else {}
    _refuse_unknown(data, Config, "")
    for name, value in environ.items():
        if name.startswith(PREFIX) and "__" in name:
            _set(data, name.removeprefix(PREFIX).lower().replace("__", ".", 1), value, f"{name}: ")
    return _made_of(data)


def from_texts(texts: Mapping[str, str]) -> Config:
    """The configuration in which the keys of `texts` (dotted) are what a person typed. Raises BadConfiguration."""
    data: dict[str, Any] = {}
    for key, text in texts.items():
        _set(data, key, text, "")
    return _made_of(data)


def _made_of(data: Mapping[str, Any]) -> Config:
    try:
        config = msgspec.convert(data, Config)
    except msgspec.ValidationError as error:
        raise _in_words(error) from error
    refuse_bad_values(config)
    return config


def known_keys(struct: type[msgspec.Struct] = Config, path: str = "") -> Iterator[str]:
    """Every key there is, dotted: `ami`, `ami.host` …; those of a list's items without a number."""
    for field in msgspec.structs.fields(struct):
        yield path + field.name
        nested = _struct_in(field.type)
        if nested:
            yield from known_keys(nested, f"{path}{field.name}.")


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_bytes().decode())
    except OSError as error:
        raise BadConfiguration(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadConfiguration(f"{path} is not UTF-8 text: byte {error.start}") from error
    except tomllib.TOMLDecodeError as error:
        raise BadConfiguration(f"{path} is not TOML: {error}") from error


def _struct_in(kind: object) -> type[msgspec.Struct] | None:
    """The struct that a field is, or is a list of."""
    inner = get_args(kind)[0] if get_origin(kind) is tuple else kind
    return inner if isinstance(inner, type) and issubclass(inner, msgspec.Struct) else None


def _refuse_unknown(data: Mapping[str, Any], struct: type[msgspec.Struct], path: str) -> None:
    kinds = {field.name: field.type for field in msgspec.structs.fields(struct)}
    for key, value in data.items():
        if key not in kinds:
            raise _unknown(path + key)
        nested = _struct_in(kinds[key])
        for item in value if isinstance(value, list) else [value]:
            if nested and isinstance(item, dict):
                _refuse_unknown(item, nested, f"{path}{key}.")


def _unknown(key: str) -> BadConfiguration:
    nearest = difflib.get_close_matches(key, list(known_keys()), n=1, cutoff=0.6)
    hint = f"; did you mean {nearest[0]}?" if nearest else ""
    return BadConfiguration(f"unknown key {key}{hint}", key)


def _set(data: dict[str, Any], path: str, text: str, named: str) -> None:
    """Put a text over what the data say; errors begin with `named`, where the text came from."""
    section, _, key = path.partition(".")
    kind = _kind_of(section, key, named)
    given: object = [part.strip() for part in text.split(",") if part.strip()] if get_origin(kind) is tuple else text
    try:
        converted = msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as error:
        raise BadConfiguration(f"{named or f'{path}: '}{_expected(str(error))}", path) from error
    table = data.setdefault(section, {})
    if isinstance(table, dict):
        table[key] = msgspec.to_builtins(converted)


def _kind_of(section: str, key: str, named: str) -> Any:
    sections = {field.name: field.type for field in msgspec.structs.fields(Config)}
    struct = sections.get(section)
    if get_origin(struct) is tuple:
        raise BadConfiguration(f"{named}{section} can only be set in the file", section)
    kinds = {field.name: field.type for field in msgspec.structs.fields(struct)} if struct else {}
    if key not in kinds:
        unknown = _unknown(f"{section}.{key}")
        raise BadConfiguration(f"{named}{unknown}", unknown.field)
    return kinds[key]


def _in_words(error: msgspec.ValidationError) -> BadConfiguration:
    found = _TYPE_ERROR.search(str(error))
    path = (found and found["path"]) or ""
    return BadConfiguration(f"{path}: {_expected(str(error))}" if path else _expected(str(error)), path)


def _expected(text: str) -> str:
    found = _TYPE_ERROR.search(text)
    if not found:
        return text
    wanted, got = (_WORDS.get(found[group] or "", found[group]) for group in ("wanted", "got"))
    return f"expected {wanted}, got {got}" if got else f"expected {wanted}"
