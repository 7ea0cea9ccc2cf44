"""The hub: who gets what, in which order, and what happens to those who do not read."""

import asyncio
from dataclasses import dataclass, field

import pytest

from screenpop.hub import Hub
from tests.until import until


@dataclass
class Screen:
    """A sink that remembers; `waiting` is what its kernel has not taken."""

    got: list[bytes] = field(default_factory=list)
    waiting: int = 0
    closed: bool = False

    def write(self, data: bytes) -> None:
        self.got.append(data)

    def backlog(self) -> int:
        return self.waiting

    def close(self) -> None:
        self.closed = True

    @property
    def kinds(self) -> list[str]:
        return [line[7:] for data in self.got for line in data.decode().splitlines() if line.startswith("event: ")]

    @property
    def last_id(self) -> str:
        return next(line[4:] for line in self.got[-1].decode().splitlines() if line.startswith("id: "))


@pytest.fixture
def hub() -> Hub:
    return Hub("e1", ring=4, max_backlog=100)


def test_event_is_told_only_to_those_it_is_for(hub: Hub) -> None:
    anna, ben = Screen(), Screen()
    hub.subscribe("anna", "s1", anna)
    hub.subscribe("ben", "s2", ben)
    hub.publish("pop", '{"secret":"anna"}', {"anna"})
    hub.publish("pbx", "{}", None)
    assert anna.got[1] == b'id: e1.1\nevent: pop\ndata: {"secret":"anna"}\n\n'
    assert ben.kinds == ["hello", "pbx"]
    assert not any(b"secret" in data for data in ben.got)


def test_event_is_encoded_once_for_all(hub: Hub) -> None:
    screens = [Screen() for _ in range(50)]
    for number, screen in enumerate(screens):
        hub.subscribe(f"u{number}", "s", screen)
    hub.publish("pbx", "{}", None)
    assert len({id(screen.got[-1]) for screen in screens}) == 1


def test_comeback_gets_what_was_missed_and_no_more(hub: Hub) -> None:
    first = Screen()
    end = hub.subscribe("anna", "s1", first)
    hub.publish("pop", "1", {"anna"})
    end()
    hub.publish("pop", "2", {"anna"})
    hub.publish("pop", "for ben", {"ben"})
    again = Screen()
    hub.subscribe("anna", "s1", again, first.last_id)
    assert again.got == [b"id: e1.2\nevent: pop\ndata: 2\n\n"]


@pytest.mark.parametrize("last_id", ["e1.0", "e0.6", "e1.99", "nonsense", "e1.x", "e1." + "9" * 5000, "e1.-1"])
def test_comeback_from_beyond_the_ring_is_told_to_fetch_again(hub: Hub, last_id: str) -> None:
    for number in range(6):
        hub.publish("pop", str(number), None)
    screen = Screen()
    hub.subscribe("anna", "s1", screen, last_id)
    assert screen.got == [b"id: e1.6\nevent: refetch\ndata: {}\n\n"]


def test_oldest_event_of_the_ring_is_still_replayed(hub: Hub) -> None:
    for number in range(6):
        hub.publish("pop", str(number), None)
    screen = Screen()
    hub.subscribe("anna", "s1", screen, "e1.2")
    assert [data.splitlines()[0] for data in screen.got] == [b"id: e1.3", b"id: e1.4", b"id: e1.5", b"id: e1.6"]


def test_ids_of_another_run_differ() -> None:
    assert Hub("a").publish("pbx", "{}", None) != Hub("b").publish("pbx", "{}", None)


def test_stuck_panel_is_cut_and_the_others_go_on(hub: Hub) -> None:
    stuck, fine = Screen(), Screen()
    hub.subscribe("anna", "s1", stuck)
    hub.subscribe("ben", "s2", fine)
    stuck.waiting = 101
    hub.publish("pbx", "{}", None)
    hub.publish("pbx", "{}", None)
    assert stuck.closed
    assert stuck.kinds == ["hello"]
    assert fine.kinds == ["hello", "pbx", "pbx"]
    assert hub.streams == 1


def test_disconnect_ends_one_session_or_all_of_a_user(hub: Hub) -> None:
    desk, phone, other = Screen(), Screen(), Screen()
    hub.subscribe("anna", "desk", desk)
    hub.subscribe("anna", "phone", phone)
    hub.subscribe("ben", "x", other)
    hub.disconnect(session="desk")
    assert (desk.closed, phone.closed, other.closed) == (True, False, False)
    hub.disconnect("anna")
    assert (phone.closed, other.closed) == (True, False)


def test_watchers_hear_how_many_panels_are_open(hub: Hub) -> None:
    heard: list[tuple[str, int]] = []
    hub.watch(lambda user, count: heard.append((user, count)))
    end = hub.subscribe("anna", "s1", Screen())
    hub.subscribe("anna", "s2", Screen())
    end()
    end()
    assert heard == [("anna", 1), ("anna", 2), ("anna", 1)]


def test_close_ends_every_stream_and_refuses_new_ones(hub: Hub) -> None:
    before, after = Screen(), Screen()
    hub.subscribe("anna", "s1", before)
    hub.close()
    hub.subscribe("anna", "s1", after)
    assert before.closed
    assert after.closed
    assert hub.streams == 0


async def test_beat_is_sent_without_an_id() -> None:
    hub, screen = Hub("e1", heartbeat=0.01), Screen()
    hub.subscribe("anna", "s1", screen)
    beating = asyncio.create_task(hub.run())
    await until(lambda: "beat" in screen.kinds)
    hub.close()
    await beating
    assert screen.got[1] == b"event: beat\ndata: {}\n\n"
