"""What is said to Asterisk: AGI commands, with values that mean nothing to AGI, to the dialplan or to a shell.

A value set on a channel goes on into expressions, application arguments and headers of other calls. So what opens a
string, a substitution or a line there is replaced by what looks like it: `"` by `'`, `${x}` by `(x)`.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping

MAX_VALUE = 200
"""Characters of a value. Asterisk reads commands in pieces of 2,047 bytes."""

_NAME = re.compile(r"[A-Z][A-Z0-9_]*(\([a-z]+\))?")
_REPLACED = str.maketrans({'"': "'", "`": "'", "\\": "/", "{": "(", "}": ")", "[": "(", "]": ")", "$": None})
_NOT_DIALLED = re.compile(r"[^\w*#+.-]", re.ASCII)


def harmless(text: str) -> str:
    """`text` on one line, short, and without a character that has a meaning to Asterisk."""
    printable = ("" if unicodedata.category(c) in {"Cf", "Cs"} else c if c.isprintable() else " " for c in text)
    return " ".join("".join(printable).translate(_REPLACED).split())[:MAX_VALUE].rstrip()


def dialled(text: str) -> str:
    """`text` as something that a dialplan may dial: letters, digits and `* # + . - _` only."""
    return _NOT_DIALLED.sub("", text)[:40]


def set_variables(variables: Mapping[str, str]) -> bytes:
    """The commands that set channel variables or functions (`CALLERID(name)`), one a line."""
    return "".join(_set(variables.items())).encode()


def _set(pairs: Iterable[tuple[str, str]]) -> Iterable[str]:
    for name, value in pairs:
        if not _NAME.fullmatch(name):
            raise ValueError(f"not the name of a channel variable: {name!r}")
        yield f'SET VARIABLE {name} "{harmless(value)}"\n'
