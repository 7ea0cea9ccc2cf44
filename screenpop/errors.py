"""Every error that Ringdesk raises on purpose.

RingdeskError                 the text is written for the person who sees it
├── BadInput                  what was given cannot be taken; `field` names it where there is one
│   └── BadConfiguration      a key, a value or a file of the configuration
├── NotFound                  the thing asked for is not there (or not any more)
├── Conflict                  somebody else changed it first, or it is taken
├── NotAllowed                the person's role does not cover it
└── PbxError                  the PBX did not do what it was asked
    ├── PbxAway               no connection to the PBX
    └── PbxRefused            the PBX answered, and the answer was no
"""

from collections.abc import Callable

from screenpop.said import told


def N_(message: str) -> str:
    """Marks `message` for the catalogues; it is translated where it is shown."""
    return message


class RingdeskError(Exception):
    """The root. `str(error)` may be shown to the person who caused it.

    `text` is the English text of the catalogue, in which `%(name)s` stands for a value of `values`.
    """

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message % values if values else message)
        self.text, self.values = message, values

    def in_words(self, translate: Callable[[str], str]) -> str:
        """The message in another language."""
        return told(self.text, self.values, translate)


class BadInput(RingdeskError):
    """What was given cannot be taken. `field` is the name of the form field or key, or ""."""

    def __init__(self, message: str, field: str = "", **values: object) -> None:
        super().__init__(message, **values)
        self.field = field


class BadConfiguration(BadInput):
    """A key, a value or a file of the configuration cannot be used."""


class NotFound(RingdeskError):
    """The thing asked for is not there."""


class Conflict(RingdeskError):
    """Somebody else changed it first, or the name or number is taken."""


class NotAllowed(RingdeskError):
    """The person's role does not cover it."""


class PbxError(RingdeskError):
    """The PBX did not do what it was asked."""


class PbxAway(PbxError):
    """There is no connection to the PBX."""


class PbxRefused(PbxError):
    """The PBX answered, and the answer was no."""
