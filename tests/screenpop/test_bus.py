"""The bus: who hears a fact, and in which order."""

from dataclasses import dataclass

from screenpop.bus import Bus


@dataclass(frozen=True)
class Happened:
    """A fact."""

    what: str = "it"


def test_listeners_hear_in_the_order_of_their_subscription_but_the_first_before_all() -> None:
    bus, heard = Bus(), list[str]()
    for name in ("log", "board"):
        bus.subscribe(Happened, lambda _, name=name: heard.append(name))
    bus.subscribe(Happened, lambda _: heard.append("card"), first=True)
    bus.publish(Happened())
    assert heard == ["card", "log", "board"]


def test_listener_that_fails_keeps_no_other_from_hearing() -> None:
    bus, heard = Bus(), list[str]()

    def fail(fact: Happened) -> None:
        raise RuntimeError("no")

    bus.subscribe(Happened, fail, first=True)
    bus.subscribe(Happened, lambda fact: heard.append(fact.what))
    bus.publish(Happened("again"))
    assert heard == ["again"]


def test_listener_that_left_hears_nothing() -> None:
    bus, heard = Bus(), list[object]()
    leave = bus.subscribe(Happened, heard.append, first=True)
    leave()
    bus.publish(Happened())
    assert heard == []
