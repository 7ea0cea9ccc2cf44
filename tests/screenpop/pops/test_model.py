"""What becomes of a card: each way a call can go, and that no order of facts breaks the rules."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screenpop.facts import (
    CallAnswered,
    CallChanged,
    CallEnded,
    CallFact,
    CallHeld,
    CallLeft,
    CallMerged,
    CallPickedUp,
    CallRang,
    CallRingEnded,
    CallStarted,
    CallTransferred,
    CallUnheld,
    CallView,
    Party,
)
from screenpop.pops.model import KEEP_FINISHED, KEEP_SECONDS, Pop, PopBook


def view(call: str = "c1", **changes: Any) -> CallView:
    caller = Party("+4930111", "Ann")
    made = CallView(id=call, direction="incoming", caller=caller, to=("101",), remote=caller, started_at=1.0)
    return replace(made, **changes)


def rang(agent: str = "101", call: CallView | None = None, at: float = 2.0) -> CallRang:
    return CallRang(call=call or view(), at=at, agent=agent)


def answered(agent: str = "101", call: CallView | None = None, at: float = 3.0) -> CallAnswered:
    return CallAnswered(call=call or view(answered_by=agent), at=at, agent=agent)


def ended(call: CallView | None = None, result: Any = "answered", at: float = 9.0) -> CallEnded:
    return CallEnded(call=call or view(ended_at=at), at=at, result=result)


def play(*facts: CallFact) -> PopBook:
    book = PopBook()
    for fact in facts:
        book.apply(fact)
    return book


def pop(book: PopBook, agent: str = "101", call: str = "c1") -> Pop:
    return next(pop for pop in book.of_call(call) if pop.agent == agent)


def states(book: PopBook) -> dict[tuple[str, str], str]:
    return {pop.key: pop.state for pop in book.all()}


@pytest.mark.feature("CALL-02")
def test_pop_rings_before_the_answer() -> None:
    book = play(CallStarted(call=view(), at=1.0), rang())
    assert states(book) == {("c1", "101"): "ringing"}


def test_answered_call_is_talked_on_then_ended() -> None:
    book = play(rang(), answered())
    assert (pop(book).state, pop(book).answered_at, pop(book).active) == ("answered", 3.0, True)
    book.apply(ended())
    assert (pop(book).state, pop(book).finished_at, pop(book).outcome) == ("ended", 9.0, "answered")


def test_hanging_up_is_the_end_of_the_call_not_a_leaving() -> None:
    book = play(rang(), answered(), CallLeft(call=view(), at=8.9, agent="101"), ended())
    assert (pop(book).state, pop(book).outcome, pop(book).finished_at) == ("ended", "answered", 8.9)


def test_ring_group_says_who_answered() -> None:
    book = play(
        rang("101"),
        rang("102"),
        CallRingEnded(call=view(), at=3.0, agent="102", reason="answered_elsewhere"),
        answered("101"),
    )
    assert states(book) == {("c1", "101"): "answered", ("c1", "102"): "answered_elsewhere"}
    assert pop(book, "102").by == "101"


def test_ring_group_whose_ring_end_was_lost_says_who_answered_at_the_end() -> None:
    book = play(rang("101"), rang("102"), answered("101"), ended(view(answered_by="101", ended_at=9.0)))
    assert (pop(book, "102").state, pop(book, "102").by) == ("answered_elsewhere", "101")


@pytest.mark.parametrize("reason", ["no_answer", "busy", "rejected", "cancelled", "failed"])
def test_ring_without_answer_is_missed_with_its_reason(reason: Any) -> None:
    book = play(rang(), CallRingEnded(call=view(), at=5.0, agent="101", reason=reason))
    assert (pop(book).state, pop(book).outcome, pop(book).finished_at) == ("missed", reason, 5.0)


def test_caller_who_gives_up_leaves_a_missed_pop() -> None:
    book = play(rang(), ended(result="abandoned"))
    assert (pop(book).state, pop(book).outcome) == ("missed", "abandoned")


def test_queue_that_rings_again_brings_the_same_pop_back() -> None:
    book = play(rang(), CallRingEnded(call=view(), at=5.0, agent="101", reason="no_answer"))
    first = pop(book)
    change = book.apply(rang(at=8.0))
    assert [(p.id, p.state, p.outcome, p.rang_at) for p in change.pops] == [(first.id, "ringing", "", 8.0)]
    assert len(book.all()) == 1


def test_several_devices_of_one_agent_are_one_pop() -> None:
    book = play(rang(), rang(at=2.1))
    assert len(book.all()) == 1
    assert pop(book).rang_at == 2.0


def test_second_call_does_not_take_the_place_of_the_first() -> None:
    book = play(rang(), answered(), rang(call=view("c2")))
    assert states(book) == {("c1", "101"): "answered", ("c2", "101"): "ringing"}


@pytest.mark.parametrize("kind", ["blind", "attended"])
def test_transferred_call_moves_to_the_next_agent(kind: Any) -> None:
    book = play(
        rang("101"),
        answered("101"),
        CallTransferred(call=view(), at=5.0, agent="101", kind=kind, target="102"),
        CallLeft(call=view(), at=5.1, agent="101"),
        rang("102", at=5.2),
        answered("102", at=6.0),
    )
    first = pop(book, "101")
    assert (first.state, first.outcome, first.target) == ("ended", "transferred", "102")
    assert pop(book, "102").state == "answered"


def test_transfer_told_after_the_agent_left_is_still_named() -> None:
    book = play(
        rang(),
        answered(),
        CallLeft(call=view(), at=5.0, agent="101"),
        CallTransferred(call=view(), at=5.1, agent="101", kind="blind", target="102"),
    )
    assert (pop(book).outcome, pop(book).target, pop(book).finished_at) == ("transferred", "102", 5.0)


def test_transfer_back_to_the_agent_rings_there_again() -> None:
    book = play(
        rang(),
        answered(),
        CallTransferred(call=view(), at=5.0, agent="101", kind="blind", target="102"),
        rang(at=7.0),
        answered(at=8.0),
    )
    assert (pop(book).state, pop(book).target, pop(book).finished_at) == ("answered", "", None)


def test_pick_up_moves_the_pop_to_who_took_the_call() -> None:
    book = play(rang("101"), CallPickedUp(call=view(answered_by="102"), at=4.0, agent="102", instead_of="101"))
    assert (pop(book, "101").state, pop(book, "101").by) == ("answered_elsewhere", "102")
    assert (pop(book, "102").state, pop(book, "102").picked_up_from) == ("answered", "101")


def test_hold_is_shown_and_taken_back() -> None:
    book = play(rang(), answered(), CallHeld(call=view(), at=4.0, agent="101"))
    assert pop(book).held
    book.apply(CallUnheld(call=view(), at=5.0, agent="101"))
    assert not pop(book).held


def test_consultation_becomes_part_of_the_call_that_is_kept() -> None:
    kept = view(agents=("102",))
    book = play(
        rang("101"),
        answered("101"),
        rang("102", view("consult", direction="internal")),
        answered("102", view("consult", direction="internal")),
    )
    typed_on = pop(book, "102", "consult").id
    change = book.apply(CallMerged(call=kept, at=6.0, gone="consult"))
    assert pop(book, "102").id == typed_on
    assert pop(book, "102").state == "answered"
    assert [p.id for p in change.pops if p.agent == "102"] == [typed_on]
    late = book.apply(CallHeld(call=view("consult"), at=7.0, agent="102"))
    assert [(p.call.id, p.held) for p in late.pops if p.agent == "102"] == [("c1", True)]


def test_merge_keeps_one_pop_an_agent_and_says_which_is_gone() -> None:
    book = play(
        rang("101"),
        answered("101"),
        rang("101", view("consult", direction="internal")),
    )
    gone = pop(book, "101", "consult").id
    change = book.apply(CallMerged(call=view(agents=("101",)), at=6.0, gone="consult"))
    assert change.gone == [gone]
    assert states(book) == {("c1", "101"): "answered"}


def test_merge_into_a_missed_pop_keeps_the_one_that_talks() -> None:
    book = play(
        rang("102"),
        CallRingEnded(call=view(), at=3.0, agent="102", reason="answered_elsewhere", answered_by="101"),
        rang("102", view("consult", direction="internal")),
        answered("102", view("consult", direction="internal")),
    )
    missed = pop(book, "102").id
    change = book.apply(CallMerged(call=view(agents=("102",)), at=6.0, gone="consult"))
    assert change.gone == [missed]
    assert states(book) == {("c1", "102"): "answered"}


def test_call_already_up_at_start_has_its_pop() -> None:
    assert states(play(answered())) == {("c1", "101"): "answered"}


@pytest.mark.feature("CALL-03")
def test_outgoing_call_that_nobody_answers_ends_rather_than_being_missed() -> None:
    out = view(direction="outgoing")
    book = play(rang(call=out), ended(replace(out, ended_at=9.0), result="no_answer"))
    assert (pop(book).state, pop(book).outcome) == ("ended", "no_answer")


def test_change_of_the_parties_reaches_the_pop() -> None:
    book = play(rang())
    change = book.apply(CallChanged(call=view(remote=Party("+4930222", "Bea")), at=3.0))
    assert [p.call.remote.name for p in change.pops] == ["Bea"]


def test_fact_that_changes_nothing_is_not_told() -> None:
    book = play(rang())
    assert book.apply(rang()).pops == []


def test_finished_pops_are_kept_for_a_while_and_not_without_bound() -> None:
    book = PopBook()
    for number in range(KEEP_FINISHED + 5):
        one = view(f"c{number}")
        book.apply(rang(call=one, at=float(number)))
        book.apply(ended(one, at=float(number)))
    book.apply(rang(call=view("live")))
    assert book.sweep(50.0).gone == [f"c{number}-101" for number in (4, 3, 2, 1, 0)]
    assert len(book.sweep(100.0 + KEEP_SECONDS).gone) == KEEP_FINISHED
    assert states(book) == {("live", "101"): "ringing"}


CALLS, AGENTS = st.sampled_from(["c1", "c2", "c3"]), st.sampled_from(["101", "102", "103"])


@st.composite
def facts(draw: st.DrawFn) -> CallFact:
    """Any fact about a few calls and agents, possible or not."""
    agents = tuple(draw(st.lists(AGENTS, unique=True)))
    one = view(draw(CALLS), agents=agents, answered_by=draw(st.sampled_from(["", "101", "102"])))
    common: dict[str, Any] = {"call": one, "at": draw(st.floats(0, 1000)), "agent": draw(AGENTS)}
    kind = draw(st.sampled_from(sorted(_MORE, key=lambda kind: kind.__name__)))
    return kind(**common, **{name: draw(values) for name, values in _MORE[kind].items()})


_MORE: dict[type[CallFact], dict[str, st.SearchStrategy[Any]]] = {
    CallStarted: {},
    CallRang: {},
    CallAnswered: {},
    CallHeld: {},
    CallUnheld: {},
    CallLeft: {},
    CallChanged: {},
    CallRingEnded: {"reason": st.sampled_from(["answered_elsewhere", "no_answer", "busy"]), "answered_by": AGENTS},
    CallTransferred: {"kind": st.just("blind"), "target": AGENTS},
    CallPickedUp: {"instead_of": AGENTS},
    CallMerged: {"gone": CALLS},
    CallEnded: {"result": st.sampled_from(["answered", "abandoned", "missed"])},
}


@given(st.lists(facts(), max_size=40))
def test_whatever_is_told_there_is_one_pop_a_call_and_agent(told: list[CallFact]) -> None:
    book, screen = PopBook(), dict[str, Pop]()
    for fact in told:
        change = book.apply(fact)
        for pop_id in change.gone:
            screen.pop(pop_id, None)
        screen |= {pop.id: pop for pop in change.pops}
        keys = [pop.key for pop in book.all()]
        assert len(keys) == len(set(keys))
        assert screen == {pop.id: pop for pop in book.all()}
        assert all(book.get(pop.id) == pop for pop in book.all())


@given(st.lists(facts(), max_size=40))
def test_after_the_end_of_every_call_nothing_is_active(told: list[CallFact]) -> None:
    book = play(*told)
    for call in {pop.call.id for pop in book.all()}:
        book.apply(ended(view(call)))
    assert [pop for pop in book.all() if pop.active] == []
