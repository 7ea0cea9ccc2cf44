"""An OpenAI-compatible HTTP service as the engine, and as the writer of summaries.

What is said leaves this machine for the configured address; nothing is sent where none is configured.
"""

import io
import json
import re
import secrets
import urllib.error
import urllib.request
import wave
from http.client import HTTPException
from typing import Any

import msgspec
import numpy as np

from ari_app.analysis.engines import Heard
from ari_app.analysis.sound import RATE, Floats
from screenpop.analysis.model import Report, Word
from screenpop.config import Analysis
from screenpop.errors import N_, BadConfiguration, RingdeskError

LONGEST_SECONDS = 300.0
"""Of sound in one request: 10 MB."""
ANSWER_BYTES = 8 << 20
MOST_TEXT = 60_000
QUOTED_BYTES = 300
DEFAULT_MODEL = "whisper-1"
NO_ADDRESS = N_(
    "analysis.url is empty: give the address of an OpenAI-compatible service, https://speech.example.com/v1"
)
AWAY = N_("the service at %(url)s cannot be reached: %(why)s")
REFUSED = N_("the service at %(url)s answered %(status)s: %(why)s")
ODD = N_("the service at %(url)s answered with something else than a transcript or a summary")
ASK = (
    "Summarise this telephone call in two to four short sentences, in the language of the call: what the customer "
    "wanted, what was agreed, who does what next. Invent nothing."
)


class _SpokenWord(msgspec.Struct):
    word: str
    start: float
    end: float


class _Spoken(msgspec.Struct):
    start: float
    end: float
    text: str


class _Answer(msgspec.Struct):
    text: str = ""
    language: str = ""
    words: tuple[_SpokenWord, ...] = ()
    segments: tuple[_Spoken, ...] = ()


class _Message(msgspec.Struct):
    content: str


class _Choice(msgspec.Struct):
    message: _Message


class _Chat(msgspec.Struct):
    choices: tuple[_Choice, ...]


class OpenAI:
    """Transcripts by `POST URL/audio/transcriptions`."""

    name = "openai"
    longest = LONGEST_SECONDS

    def __init__(self, settings: Analysis) -> None:
        self._settings = settings
        self.model = settings.model or DEFAULT_MODEL

    def language_of(self, samples: Floats) -> str:
        """The service finds out for itself."""
        return ""

    def hear(self, samples: Floats, language: str) -> Heard:
        """The words of up to five minutes."""
        fields = {
            "model": self.model,
            "response_format": "verbose_json",
            "timestamp_granularities[]": "word",
        } | ({"language": language} if language else {})
        body, kind = _form(fields, _wav(samples))
        answer = _ask(self._settings, "/audio/transcriptions", body, kind, _Answer)
        return Heard(_words(answer), _code(answer.language) or language)


def make(settings: Analysis) -> OpenAI:
    """The engine. Raises BadConfiguration where no address is configured."""
    if not settings.url:
        raise BadConfiguration(NO_ADDRESS, "analysis.url")
    return OpenAI(settings)


def summary_of(settings: Analysis, report: Report) -> str:
    """What the call was about, in sentences, by `POST URL/chat/completions`. Raises RingdeskError."""
    if not settings.url:
        raise BadConfiguration(NO_ADDRESS, "analysis.url")
    said = "\n".join(f"{segment.side}: {segment.text}" for segment in report.transcript)[:MOST_TEXT]
    messages = [{"role": "system", "content": ASK}, {"role": "user", "content": said}]
    body = json.dumps({"model": settings.summary_model, "messages": messages, "temperature": 0}).encode()
    chat = _ask(settings, "/chat/completions", body, "application/json", _Chat)
    return chat.choices[0].message.content.strip() if chat.choices else ""


def _words(answer: _Answer) -> tuple[Word, ...]:
    """Words with times; a service that gives none of words gives those of sentences."""
    if answer.words:
        return tuple(Word(start=one.start, end=one.end, text=f" {one.word.strip()}") for one in answer.words)
    found: list[Word] = []
    for segment in answer.segments:
        parts = segment.text.split()
        step = (segment.end - segment.start) / max(len(parts), 1)
        for place, text in enumerate(parts):
            start = segment.start + place * step
            found.append(Word(start=start, end=start + step, text=f" {text}"))
    return tuple(found)


def _code(language: str) -> str:
    """A code as it is; names of languages in English, which some services give, are made one."""
    if len(language) <= 3:
        return language
    return _NAMES.get(language.lower(), "")


_NAMES = {
    "arabic": "ar", "chinese": "zh", "danish": "da", "dutch": "nl", "english": "en", "finnish": "fi", "french": "fr",
    "german": "de", "greek": "el", "hindi": "hi", "italian": "it", "japanese": "ja", "norwegian": "no",
    "persian": "fa", "polish": "pl", "portuguese": "pt", "russian": "ru", "spanish": "es", "swedish": "sv",
    "turkish": "tr", "ukrainian": "uk",
}  # fmt: skip


def _wav(samples: Floats) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes((np.clip(samples, -1.0, 1.0) * 32767.0).astype("<i2").tobytes())
    return file.getvalue()


def _form(fields: dict[str, str], sound: bytes) -> tuple[bytes, str]:
    """A multipart form with the file, and its content type (RFC 7578)."""
    mark = secrets.token_hex(16)
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="call.wav"\r\n'
    parts += [f"{head}Content-Type: audio/wav\r\n\r\n".encode(), sound, f"\r\n--{mark}--\r\n".encode()]
    return b"".join(parts), f"multipart/form-data; boundary={mark}"


def _ask(settings: Analysis, path: str, body: bytes, kind: str, answer: Any) -> Any:
    url = settings.url.rstrip("/") + path
    headers = {"Content-Type": kind} | ({"Authorization": f"Bearer {settings.key}"} if settings.key else {})
    request = urllib.request.Request(url, body, headers)  # noqa: S310 (the configuration allows http and https only)
    try:
        with urllib.request.urlopen(request, timeout=settings.timeout) as response:  # noqa: S310
            return msgspec.json.decode(response.read(ANSWER_BYTES), type=answer, strict=False)
    except urllib.error.HTTPError as error:
        with error:
            why = _line(error.read(QUOTED_BYTES).decode(errors="replace"))
        raise RingdeskError(REFUSED, url=url, status=error.code, why=why or error.reason) from None
    except (OSError, HTTPException) as error:
        raise RingdeskError(
            AWAY, url=url, why=getattr(error, "reason", None) or _line(str(error)) or type(error).__name__
        ) from None
    except msgspec.DecodeError:
        raise RingdeskError(ODD, url=url) from None


def _line(text: str) -> str:
    """What a person can read of an answer, in one line: proxies answer with pages."""
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())
