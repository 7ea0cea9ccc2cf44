"""The server against good, slow, half-open, endless and hostile peers."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from structlog.testing import capture_logs

from agi.handlers import handlers
from agi.request import MAX_BYTES
from agi.server import AgiServer
from screenpop.callers import Caller
from screenpop.config import Agi
from screenpop.errors import BadConfiguration
from tests.agi.peers import KnownCallers, ask, header

ANA = Caller(matches=1, customer_id="01h", name='Ana "X"\r\nHANGUP', category="VIP", responsible="102", vip=True)
ANSWER = (
    b'SET VARIABLE RINGDESK_FOUND "1"\n'
    b'SET VARIABLE RINGDESK_CUSTOMER "01h"\n'
    b"SET VARIABLE RINGDESK_NAME \"Ana 'X' HANGUP\"\n"
    b'SET VARIABLE RINGDESK_CATEGORY "VIP"\n'
    b'SET VARIABLE RINGDESK_RESPONSIBLE "102"\n'
    b'SET VARIABLE RINGDESK_VIP "1"\n'
)
QUICK = 100
"""Milliseconds: a deadline that a test can wait for."""
PATIENT = 60_000
"""Milliseconds: a deadline that passes in no test, however busy the machine is."""
Serve = Callable[..., Awaitable[AgiServer]]


@asynccontextmanager
async def _served(
    callers: KnownCallers, limit: int = 500, deadline_ms: int = PATIENT, **config: Any
) -> AsyncIterator[AgiServer]:
    server = AgiServer(Agi(port=0, deadline_ms=deadline_ms, **config), handlers(callers), limit)
    await server.start()
    yield server
    await server.close()


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    async with AsyncExitStack() as stack:

        async def start(callers: KnownCallers | None = None, **config: Any) -> AgiServer:
            known = callers or KnownCallers(n442079460000=ANA)
            return await stack.enter_async_context(_served(known, **config))

        yield start


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.005)


async def test_caller_is_described_in_one_piece(serve: Serve) -> None:
    server = await serve()
    assert await ask(server.port, header()) == ANSWER


async def test_answer_ends_the_conversation_and_the_session(serve: Serve) -> None:
    server = await serve()
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(header())
    assert await reader.read() == ANSWER
    assert server.sessions == 1
    writer.write(b"200 result=1\n" * 6 + b"HANGUP\n")
    writer.close()
    await _until(lambda: server.sessions == 0)


async def test_header_may_arrive_byte_by_byte(serve: Serve) -> None:
    server = await serve()
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    for byte in header():
        writer.write(bytes((byte,)))
        await writer.drain()
    assert await reader.read() == ANSWER
    writer.close()


async def test_peer_that_closed_its_own_side_still_gets_the_answer(serve: Serve) -> None:
    server = await serve(KnownCallers(n442079460000=ANA, delay=0.02))
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(header())
    writer.write_eof()
    assert await reader.read() == ANSWER
    writer.close()
    await _until(lambda: server.sessions == 0)


async def test_lines_may_end_with_crlf(serve: Serve) -> None:
    server = await serve()
    assert await ask(server.port, header().replace(b"\n", b"\r\n")) == ANSWER


async def test_slow_lookup_is_given_up_at_the_deadline_without_a_word(serve: Serve) -> None:
    server = await serve(KnownCallers(n442079460000=ANA, delay=30), deadline_ms=QUICK)
    with capture_logs() as logs:
        assert await ask(server.port, header()) == b""
    assert [entry["reason"] for entry in logs] == ["deadline passed"]
    await _until(lambda: server.sessions == 0)


async def test_failing_lookup_closes_without_a_word_and_harms_no_other(serve: Serve) -> None:
    callers = KnownCallers(n442079460000=ANA, error=RuntimeError("broken"))
    server = await serve(callers)
    with capture_logs() as logs:
        assert await ask(server.port, header()) == b""
    assert [entry["event"] for entry in logs] == ["agi handler failed"]
    callers.error = None
    assert await ask(server.port, header()) == ANSWER


async def test_unknown_verb_is_closed_with_a_log_line(serve: Serve) -> None:
    server = await serve()
    with capture_logs() as logs:
        assert await ask(server.port, header(agi_network_script="format-disk")) == b""
    assert [(entry["reason"], entry["verb"]) for entry in logs] == [("unknown verb", "format-disk")]


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\n\n",
        b"\x00" * 100 + b"\n\n",
        b"agi_network_script: lookup\nagi_network_script: lookup\n\n",
    ],
    ids=["http", "empty", "zeros", "key twice"],
)
async def test_other_protocol_is_closed_without_a_word(serve: Serve, sent: bytes) -> None:
    server = await serve()
    assert await ask(server.port, sent) == b""
    assert await ask(server.port, header()) == ANSWER


async def test_header_without_an_end_is_closed_when_it_is_too_long(serve: Serve) -> None:
    server = await serve()
    with capture_logs() as logs:
        assert await ask(server.port, b"agi_x: " + b"x" * MAX_BYTES * 4) == b""
    assert logs[0]["reason"] in {"header too long", "too much was sent"}


async def test_header_that_never_finishes_is_closed_at_the_deadline(serve: Serve) -> None:
    server = await serve(deadline_ms=QUICK)
    assert await ask(server.port, header()[:-1]) == b""


async def test_flood_after_the_header_is_cut(serve: Serve) -> None:
    server = await serve(KnownCallers(delay=30))
    with capture_logs() as logs:
        assert await ask(server.port, header() + b"x" * MAX_BYTES * 8) == b""
    assert [entry["reason"] for entry in logs] == ["too much was sent"]


async def test_half_open_peers_do_not_hold_up_the_others(serve: Serve) -> None:
    server = await serve()
    silent = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(50)]
    for _, writer in silent[:25]:
        writer.write(b"agi_network: yes\nagi_net")
    assert await ask(server.port, header()) == ANSWER
    for _, writer in silent:
        writer.close()
    await _until(lambda: server.sessions == 0)


async def test_peer_that_never_reads_is_gone_at_the_deadline(serve: Serve) -> None:
    server = await serve(deadline_ms=QUICK)
    with socket.create_connection(("127.0.0.1", server.port)) as peer:
        peer.sendall(header())
        await _until(lambda: server.sessions == 1)
        await _until(lambda: server.sessions == 0)


async def test_peer_that_resets_harms_nobody(serve: Serve) -> None:
    server = await serve(KnownCallers(n442079460000=ANA, delay=0.02))
    for _ in range(20):
        _, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(header())
        writer.transport.abort()
    assert await ask(server.port, header()) == ANSWER
    await _until(lambda: server.sessions == 0)


async def test_more_sessions_than_allowed_are_closed_at_once(serve: Serve) -> None:
    server = await serve(limit=2)
    held = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(2)]
    await _until(lambda: server.sessions == 2)
    with capture_logs() as logs:
        assert await ask(server.port, header()) == b""
    assert [entry["reason"] for entry in logs] == ["too many sessions"]
    held[0][1].close()
    await _until(lambda: server.sessions == 1)
    assert await ask(server.port, header()) == ANSWER
    held[1][1].close()


async def test_hundred_questions_at_once_are_all_answered(serve: Serve) -> None:
    server = await serve()
    answers = await asyncio.gather(*(ask(server.port, header()) for _ in range(100)))
    assert set(answers) == {ANSWER}


async def test_peer_that_is_not_allowed_is_closed_and_nobody_is_asked(serve: Serve) -> None:
    callers = KnownCallers(n442079460000=ANA)
    server = await serve(callers, allow=("192.0.2.0/24",))
    with capture_logs() as logs:
        assert await ask(server.port, header()) == b""
    assert callers.asked == []
    assert [(entry["reason"], entry["peer"]) for entry in logs] == [("peer not allowed", "127.0.0.1")]


async def test_same_complaint_is_written_once(serve: Serve) -> None:
    server = await serve(allow=())
    with capture_logs() as logs:
        for _ in range(20):
            assert await ask(server.port, header()) == b""
    assert len(logs) == 1


async def test_close_ends_what_is_open(serve: Serve) -> None:
    server = await serve(KnownCallers(delay=30))
    answer = asyncio.create_task(ask(server.port, header()))
    await _until(lambda: server.sessions == 1)
    await server.close()
    assert await answer == b""


async def test_taken_port_is_told(serve: Serve) -> None:
    first = await serve()
    second = AgiServer(Agi(port=first.port), {})
    with pytest.raises(BadConfiguration, match=f"^port {first.port} on 127.0.0.1 is taken"):
        await second.start()


def test_network_that_is_none_is_told() -> None:
    with pytest.raises(BadConfiguration, match="is not an address or a network"):
        AgiServer(Agi(allow=("pbx.example",)), {})
