"""Transcripts by faster-whisper, on the processor with 8-bit numbers."""

from typing import Any

from ari_app.analysis.engines import Heard
from ari_app.analysis.models import Model, find_model
from ari_app.analysis.sound import Floats
from screenpop.analysis.model import Word
from screenpop.config import Analysis
from screenpop.errors import N_, BadConfiguration

WINDOW_SECONDS = 29.0
"""Whisper hears thirty seconds at once."""
BEAM = 5
UNLIKELY_SPEECH = 0.6
NOT_LOADED = N_("the speech model %(name)s cannot be loaded: %(why)s")


class FasterWhisper:
    """One loaded model."""

    name = "faster-whisper"
    longest = WINDOW_SECONDS

    def __init__(self, model: Model, threads: int) -> None:
        from faster_whisper import WhisperModel

        self.model = model.name
        # The library empties the dict that it is given.
        files: Any = dict(model.files) or None
        self._whisper = WhisperModel(model.place, device="cpu", compute_type="int8", cpu_threads=threads, files=files)

    def language_of(self, samples: Floats) -> str:
        """What Whisper takes the language for; English where the model knows no other."""
        if not self._whisper.model.is_multilingual:
            return "en"
        language, _, _ = self._whisper.detect_language(samples)
        return str(language)

    def hear(self, samples: Floats, language: str) -> Heard:
        """The words of up to half a minute."""
        segments, found = self._whisper.transcribe(
            samples,
            language=language or None,
            beam_size=BEAM,
            condition_on_previous_text=False,
            word_timestamps=True,
            vad_filter=False,
        )
        words = [word for segment in segments if _is_speech(segment) for word in segment.words or ()]
        return Heard(tuple(_word(word) for word in words if word.word.strip()), str(found.language))


def _is_speech(segment: Any) -> bool:
    """What Whisper itself doubts twice is what it makes up over noise."""
    return not (segment.no_speech_prob > UNLIKELY_SPEECH and segment.avg_logprob < -0.7)


def _word(word: Any) -> Word:
    return Word(start=float(word.start), end=float(word.end), text=word.word, sure=float(word.probability))


def make(settings: Analysis) -> FasterWhisper:
    """The engine with the configured model. Raises BadConfiguration where there is none."""
    model = find_model(settings.model, download=settings.download)
    try:
        return FasterWhisper(model, settings.threads)
    except Exception as error:  # its libraries raise just that for a damaged file
        why = " ".join(str(error).split())
        raise BadConfiguration(NOT_LOADED, "analysis.model", name=model.name, why=why) from error
