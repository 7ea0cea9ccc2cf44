"""What must hold for the facts of any stream of events, however damaged."""

from collections.abc import Iterable

from screenpop.facts import CallAnswered, CallEnded, CallFact, CallLeft, CallMerged, CallRang, CallRingEnded


def check(facts: Iterable[CallFact]) -> None:
    """Each call ends once and last; no (call, agent) has two active cards; nothing stays open."""
    open_calls: set[str] = set()
    ended: set[str] = set()
    cards: set[tuple[str, str]] = set()
    talking: set[tuple[str, str]] = set()
    for fact in facts:
        call, key = fact.call.id, (fact.call.id, fact.agent)
        assert call not in ended, f"{fact.NAME} after the end of {call}"
        if isinstance(fact, CallEnded):
            ended.add(call)
            open_calls.discard(call)
            cards = {card for card in cards if card[0] != call}
            talking = {card for card in talking if card[0] != call}
            continue
        open_calls.add(call)
        if isinstance(fact, CallMerged):
            open_calls.discard(fact.gone)
            cards = {(call if card[0] == fact.gone else card[0], card[1]) for card in cards}
            talking = {(call if card[0] == fact.gone else card[0], card[1]) for card in talking}
        elif isinstance(fact, CallRang):
            assert key not in cards, f"two cards for {key}"
            cards.add(key)
        elif isinstance(fact, CallAnswered):
            assert key not in talking, f"answered twice: {key}"
            cards.add(key)
            talking.add(key)
        elif isinstance(fact, CallRingEnded | CallLeft):
            cards.discard(key)
            talking.discard(key)
    assert not open_calls, f"left open: {open_calls}"
