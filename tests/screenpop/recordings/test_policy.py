"""Which calls are recorded."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screenpop.errors import BadInput
from screenpop.recordings.policy import NO, Answer, Asked, Policy, Rule, decide, refuse_bad_policy

pytestmark = pytest.mark.feature("CALL-32")

DIRECTIONS = st.sampled_from(["incoming", "outgoing", "internal"])
QUEUES, AGENTS, LINES = (st.sampled_from(names) for names in (["", "a", "b"], ["", "1", "2"], ["", "+1", "+2"]))


def some(values: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(values.filter(bool), max_size=2, unique=True).map(tuple)


RULES = st.builds(
    Rule,
    record=st.booleans(),
    direction=st.one_of(st.just(""), DIRECTIONS),
    lines=some(LINES),
    queues=some(QUEUES),
    agents=some(AGENTS),
    consented=st.booleans(),
    announcement=st.sampled_from(["", "custom/told"]),
)
POLICIES = st.builds(Policy, rules=st.lists(RULES, max_size=4).map(tuple), otherwise=st.booleans())
KNOWN = st.builds(
    Asked, direction=DIRECTIONS, line=LINES, queue=QUEUES, agent=AGENTS, consent=st.sampled_from(["", "yes", "no"])
)


def fits(rule: Rule, asked: Asked) -> bool:
    """The same rule in other words."""
    return (
        (not rule.direction or rule.direction == asked.direction)
        and (not rule.lines or asked.line in rule.lines)
        and (not rule.queues or asked.queue in rule.queues)
        and (not rule.agents or asked.agent in rule.agents)
        and (not rule.consented or asked.consent == "yes")
    )


@given(policy=POLICIES, asked=KNOWN)
def test_first_rule_that_fits_decides_and_a_no_of_the_customer_is_above_all(policy: Policy, asked: Asked) -> None:
    answer = decide(policy, asked)
    if asked.consent == "no":
        assert answer == NO
        return
    first = next((rule for rule in policy.rules if fits(rule, asked)), None)
    assert answer.record == (first.record if first else policy.otherwise)
    assert answer.sure


@given(policy=POLICIES, asked=KNOWN)
def test_what_is_asked_early_is_a_yes_wherever_it_would_be_one_later(policy: Policy, asked: Asked) -> None:
    early = decide(policy, msgspec.structs.replace(asked, queue=None, agent=None))
    late = decide(policy, asked)
    assert early.record or not late.record
    if early.sure:
        assert (early.record, early.announcement) == (late.record, late.announcement)


@given(policy=POLICIES, asked=KNOWN)
def test_nothing_is_announced_that_is_not_recorded(policy: Policy, asked: Asked) -> None:
    answer = decide(policy, asked)
    assert answer.record or not answer.announcement


def test_default_records_nothing() -> None:
    assert decide(Policy(), Asked(direction="incoming")) == Answer(record=False)


@pytest.mark.parametrize("name", ["a,b", "x&y", "../x", "/etc/x", "a b", "${X}", "a.wav", "ä"])
def test_announcement_that_the_dialplan_could_misread_is_refused(name: str) -> None:
    with pytest.raises(BadInput) as caught:
        refuse_bad_policy(Policy(rules=(Rule(record=True, announcement=name),)))
    assert caught.value.field == "announcement"
