"""The voice of a phone: RTP (RFC 3550) of a mu-law file, or of silence, and what it hears."""

import asyncio
import contextlib
import secrets
import struct
from collections import deque
from pathlib import Path
from typing import Any, Self

from ari_app.demo.sip import HOST

FRAME_BYTES = 160  # 20 ms of 8 kHz mu-law
FRAME_SECONDS = 0.02
SILENCE = b"\xff" * FRAME_BYTES
LATELY_FRAMES = 50
HEADER_BYTES = 12  # without extensions: Asterisk sends none


class Voice(asyncio.DatagramProtocol):
    """One side of one call's sound."""

    def __init__(self, sound: bytes) -> None:
        self.heard = 0
        """Packets of the other side so far."""
        self.lately: deque[bytes] = deque(maxlen=LATELY_FRAMES)
        """The mu-law sound of the other side in the last second."""
        self.port = 0
        self._sound = sound
        self._transport: asyncio.DatagramTransport | None = None
        self._where: tuple[str, int] | None = None
        self._task: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, recording: Path | None = None) -> Self:
        """Take a free port. `recording` is raw mu-law, repeated for as long as the call lasts."""
        voice = cls(await asyncio.to_thread(recording.read_bytes) if recording else b"")
        loop = asyncio.get_running_loop()
        voice._transport, _ = await loop.create_datagram_endpoint(lambda: voice, local_addr=(HOST, 0))
        voice.port = int(voice._transport.get_extra_info("sockname")[1])
        return voice

    def speak_to(self, where: tuple[str, int]) -> None:
        """Send the voice there from now on."""
        self._where = where
        if self._task is None and self._sound:
            self._task = asyncio.get_running_loop().create_task(self._speak())

    def close(self) -> None:
        """Fall silent."""
        if self._task is not None:
            self._task.cancel()
        if self._transport is not None:
            self._transport.close()

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """A packet of the other side (asyncio calls this)."""
        self.heard += 1
        self.lately.append(data[HEADER_BYTES:])

    def error_received(self, exc: Exception) -> None:
        """The other side has hung up already."""

    async def _speak(self) -> None:
        loop, source, number = asyncio.get_running_loop(), secrets.randbits(32), 0
        due = loop.time()
        while self._transport is not None and not self._transport.is_closing():
            start = number * FRAME_BYTES % max(len(self._sound), 1)
            frame = self._sound[start : start + FRAME_BYTES].ljust(FRAME_BYTES, b"\xff")
            header = struct.pack("!BBHII", 0x80, 0, number & 0xFFFF, number * FRAME_BYTES & 0xFFFFFFFF, source)
            with contextlib.suppress(OSError):
                self._transport.sendto(header + frame, self._where)
            number += 1
            due += FRAME_SECONDS
            await asyncio.sleep(max(0.0, due - loop.time()))
