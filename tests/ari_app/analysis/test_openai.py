"""The adapter of OpenAI-compatible services, against a real small HTTP server that notes what it is asked."""

import asyncio
import io
import wave
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from aiohttp import BodyPartReader, web
from msgspec.structs import replace

from ari_app.analysis.engines import make_engine
from ari_app.analysis.openai import summary_of
from ari_app.analysis.report import analyse
from ari_app.analysis.sound import Sound
from screenpop.analysis.model import Segment
from screenpop.config import Analysis
from screenpop.errors import RingdeskError

pytestmark = pytest.mark.feature("ANAL-01")
SPEECH = np.zeros(16_000, np.float32)


@dataclass
class Service:
    """A speech service. `answer` is what it says next; what it was asked stands in `asked`."""

    url: str = ""
    status: int = 200
    delay: float = 0.0
    answer: Any = None
    asked: list[dict[str, Any]] = field(default_factory=list)

    async def transcribe(self, request: web.Request) -> web.Response:
        parts = {}
        async for part in await request.multipart():
            assert isinstance(part, BodyPartReader)
            parts[part.name or ""] = await part.read()
        sound = bytes(parts.pop("file"))
        fields = {name: value.decode() for name, value in parts.items()}
        self.asked.append(fields | {"auth": request.headers.get("Authorization"), "sound": sound})
        return await self._answered()

    async def chat(self, request: web.Request) -> web.Response:
        self.asked.append(await request.json())
        return await self._answered()

    async def _answered(self) -> web.Response:
        await asyncio.sleep(self.delay)
        if isinstance(self.answer, str):
            return web.Response(text=self.answer, status=self.status)
        return web.json_response(self.answer, status=self.status)


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    service = Service()
    app = web.Application(client_max_size=20 << 20)
    app.add_routes([web.post("/v1/audio/transcriptions", service.transcribe)])
    app.add_routes([web.post("/v1/chat/completions", service.chat)])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    service.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1/"
    yield service
    await runner.cleanup()


def settings(service: Service, **more: Any) -> Analysis:
    return Analysis(engine="openai", url=service.url, key="secret", model="whisper-large", **more)


async def test_words_come_with_their_times_and_the_service_is_asked_for_them(service: Service) -> None:
    service.answer = {
        "text": "Hello there.",
        "language": "english",
        "words": [{"word": "Hello", "start": 0.1, "end": 0.4}, {"word": "there.", "start": 0.5, "end": 0.8}],
    }
    engine = make_engine(settings(service))
    assert engine is not None
    heard = await asyncio.to_thread(engine.hear, SPEECH, "en")
    assert heard.language == "en"
    assert [(word.text, word.start, word.end) for word in heard.words] == [(" Hello", 0.1, 0.4), (" there.", 0.5, 0.8)]
    [asked] = service.asked
    with wave.open(io.BytesIO(asked.pop("sound"))) as sound:
        assert (sound.getframerate(), sound.getnframes()) == (16_000, 16_000)
    assert asked == {
        "model": "whisper-large",
        "response_format": "verbose_json",
        "timestamp_granularities[]": "word",
        "language": "en",
        "auth": "Bearer secret",
    }


async def test_service_without_words_times_gives_those_of_its_sentences(service: Service) -> None:
    service.answer = {"text": "a b", "segments": [{"start": 1.0, "end": 2.0, "text": "a b"}]}
    engine = make_engine(settings(service))
    assert engine is not None
    heard = await asyncio.to_thread(engine.hear, SPEECH, "")
    assert [(word.text, word.start, word.end) for word in heard.words] == [(" a", 1.0, 1.5), (" b", 1.5, 2.0)]


@pytest.mark.parametrize(
    ("status", "answer", "words"),
    [
        (401, "wrong key", "answered 401: wrong key"),
        (500, "<html><body>\n<h1>Internal\nError</h1>", "answered 500: Internal Error$"),
        (200, "<html>", "something else"),
        (200, {"words": 3}, "something"),
    ],
)
async def test_service_that_refuses_or_talks_nonsense_is_quoted(
    service: Service, status: int, answer: Any, words: str
) -> None:
    service.status, service.answer = status, answer
    engine = make_engine(settings(service))
    assert engine is not None
    with pytest.raises(RingdeskError, match=words):
        await asyncio.to_thread(engine.hear, SPEECH, "")


async def test_service_that_does_not_answer_in_time_is_left(service: Service) -> None:
    service.answer, service.delay = {}, 5.0
    engine = make_engine(settings(service, timeout=1))
    assert engine is not None
    with pytest.raises(RingdeskError, match="cannot be reached: timed out"):
        await asyncio.to_thread(engine.hear, SPEECH, "")


async def test_service_that_is_away_is_said_to_be() -> None:
    engine = make_engine(Analysis(engine="openai", url="http://127.0.0.1:9/v1"))
    assert engine is not None
    with pytest.raises(RingdeskError, match="cannot be reached"):
        await asyncio.to_thread(engine.hear, SPEECH, "")


async def test_summary_is_asked_for_with_who_said_what(service: Service) -> None:
    service.answer = {"choices": [{"message": {"content": " The bike is repaired.\n"}}]}
    quiet = np.zeros(16_000, np.int16)
    report = analyse(Sound(8000, (quiet, quiet)))
    said = (Segment(side="customer", start=0, end=1, text="My bike is broken."),)
    text = await asyncio.to_thread(summary_of, settings(service, summary_model="llm"), replace(report, transcript=said))
    assert text == "The bike is repaired."
    assert service.asked[0]["model"] == "llm"
    assert service.asked[0]["messages"][1]["content"] == "customer: My bike is broken."
