"""Transcripts by Vosk, where an admin has installed it (`pip install vosk`) and named the folder of a model."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from ari_app.analysis.engines import Heard
from ari_app.analysis.sound import RATE, Floats
from screenpop.analysis.model import Word
from screenpop.config import Analysis
from screenpop.errors import N_, BadConfiguration

LONGEST_SECONDS = 120.0
NOT_INSTALLED = N_("the engine vosk is not installed: pip install vosk")
NOT_LOADED = N_("the Vosk model %(place)s cannot be loaded: %(why)s")
NO_FOLDER = N_("analysis.model must be the folder of a Vosk model; there is none at '%(place)s'")


class Vosk:
    """One loaded model. Vosk knows only the language of its model, and no punctuation."""

    name = "vosk"
    longest = LONGEST_SECONDS

    def __init__(self, vosk: Any, settings: Analysis) -> None:
        self.model = Path(settings.model).name
        self._language = settings.language
        self._vosk, self._loaded = vosk, vosk.Model(settings.model)

    def language_of(self, samples: Floats) -> str:
        """What the configuration says."""
        return self._language

    def hear(self, samples: Floats, language: str) -> Heard:
        """The words of up to two minutes."""
        recogniser = self._vosk.KaldiRecognizer(self._loaded, RATE)
        recogniser.SetWords(True)
        found: list[Any] = []
        step = RATE
        sound = (np.clip(samples, -1.0, 1.0) * 32767.0).astype("<i2")
        for start in range(0, len(sound), step):
            if recogniser.AcceptWaveform(sound[start : start + step].tobytes()):
                found += json.loads(recogniser.Result()).get("result", [])
        found += json.loads(recogniser.FinalResult()).get("result", [])
        words = (Word(start=one["start"], end=one["end"], text=f" {one['word']}", sure=one["conf"]) for one in found)
        return Heard(tuple(words), language)


def make(settings: Analysis) -> Vosk:
    """The engine. Raises BadConfiguration where Vosk or its model is not there."""
    try:
        import vosk
    except ImportError:
        raise BadConfiguration(NOT_INSTALLED, "analysis.engine") from None
    if not Path(settings.model).is_dir():
        raise BadConfiguration(NO_FOLDER, "analysis.model", place=settings.model)
    vosk.SetLogLevel(-1)
    try:
        return Vosk(vosk, settings)
    except Exception as error:  # all that Vosk raises
        raise BadConfiguration(NOT_LOADED, "analysis.model", place=settings.model, why=error) from error
