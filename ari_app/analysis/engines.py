"""What writes transcripts: a table of the built-in engines, and those of add-ons.

An add-on is a Python package with an entry point in the group `ringdesk.engines` that names a function from the
configuration's [analysis] to an `Engine`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from typing import Protocol

import structlog

from ari_app.analysis.sound import Floats
from screenpop.analysis.model import Word
from screenpop.config import Analysis
from screenpop.errors import N_, BadConfiguration

GROUP = "ringdesk.engines"
NO_ENGINE = "none"
NOT_LOADED = N_("the engine %(name)s cannot be loaded: %(why)s")
UNKNOWN = N_("there is no engine '%(name)s'; there are %(known)s")
BUILT_IN = {
    "faster-whisper": "ari_app.analysis.whisper",
    "vosk": "ari_app.analysis.vosk",
    "openai": "ari_app.analysis.openai",
}
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Heard:
    """What an engine made of a stretch of speech: words with times from its begin."""

    words: tuple[Word, ...]
    language: str


class Engine(Protocol):
    """Writes down what is said. Loading the model is its maker's work: an Engine is ready."""

    name: str
    model: str
    longest: float
    """Seconds of sound that it takes at once."""

    def language_of(self, samples: Floats) -> str:
        """The language (ISO 639-1) of this speech; "" where the engine cannot say before it writes."""

    def hear(self, samples: Floats, language: str) -> Heard:
        """What is said in these samples (16 kHz, full scale is 1), in `language` or in what it finds.

        Raises RingdeskError where it cannot be had.
        """


Maker = Callable[[Analysis], Engine]


def engine_names() -> Sequence[str]:
    """Every engine there is, `none` first."""
    return (NO_ENGINE, *BUILT_IN, *(point.name for point in entry_points(group=GROUP)))


def make_engine(settings: Analysis) -> Engine | None:
    """The engine of the configuration, ready; None for `none`. Raises BadConfiguration."""
    name = settings.engine
    if name in ("", NO_ENGINE):
        return None
    return _maker(name)(settings)


def _maker(name: str) -> Maker:
    if name in BUILT_IN:
        maker: Maker = import_module(BUILT_IN[name]).make
        return maker
    for point in entry_points(group=GROUP, name=name):
        try:
            maker = point.load()
        except Exception as error:
            raise BadConfiguration(NOT_LOADED, name=name, why=error) from error
        return maker
    known = ", ".join(engine_names())
    raise BadConfiguration(UNKNOWN, "analysis.engine", name=name, known=known)
