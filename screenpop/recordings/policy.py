"""Which calls are recorded. Pure: rules from the top, the first one that fits decides; a customer's no is above all."""

import re
from collections.abc import Iterable
from typing import Literal

import msgspec

from screenpop.errors import BadInput

Consent = Literal["", "yes", "no"]
"""What a customer said about being recorded: nothing, yes, no."""
Starts = Literal["dialplan", "ringdesk"]
"""Who starts the recording: the dialplan's include, or Ringdesk through AMI."""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule. A condition that is empty does not mind."""

    record: bool
    direction: Literal["", "incoming", "outgoing", "internal"] = ""
    lines: tuple[str, ...] = ()
    """Called numbers of ours, by their key."""
    queues: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    """Extensions."""
    consented: bool = False
    """Only customers who said yes."""
    announcement: str = ""
    """The sound file that the dialplan plays before; "" for none."""


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """All rules, and what goes for a call that none of them is about."""

    starts: Starts = "dialplan"
    rules: tuple[Rule, ...] = ()
    otherwise: bool = False
    announcement: str = ""
    """Of calls that are recorded because no rule says otherwise."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A call as far as it is known. None: not known yet."""

    direction: str
    line: str = ""
    queue: str | None = ""
    agent: str | None = ""
    consent: Consent = ""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Whether to record. `sure`: what is not known yet cannot change it. `said_no`: the customer does not want it."""

    record: bool
    announcement: str = ""
    sure: bool = True
    said_no: bool = False


NO = Answer(record=False, said_no=True)
MOST_RULES = 100
_SOUND = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(/[A-Za-z0-9][A-Za-z0-9_-]*)*")


def refuse_bad_policy(policy: Policy) -> None:
    """Raises BadInput: a sound file that the dialplan could take for something else, or too many rules."""
    if len(policy.rules) > MOST_RULES:
        raise BadInput("There can be 100 rules at most.")
    for name in (policy.announcement, *(rule.announcement for rule in policy.rules)):
        if name and not _SOUND.fullmatch(name):
            raise BadInput(
                "Write the name of a sound file without its ending, such as custom/recorded.", "announcement"
            )


def decide(policy: Policy, asked: Asked) -> Answer:
    """Whether the call is recorded.

    While queue or agent are not known yet, a rule about them may still come true: then the answer is yes if that rule
    would say yes, and it is not sure. It must be asked again when they are known.
    """
    if asked.consent == "no":
        return NO
    sure = True
    for rule in policy.rules:
        fits = _fits(rule, asked)
        if fits is True:
            return Answer(record=rule.record, announcement=rule.announcement if rule.record else "", sure=sure)
        if fits is None and rule.record:
            return Answer(record=True, announcement=rule.announcement, sure=False)
        sure = sure and fits is False
    return Answer(record=policy.otherwise, announcement=policy.announcement if policy.otherwise else "", sure=sure)


def _fits(rule: Rule, asked: Asked) -> bool | None:
    """Is the rule about this call? None: that depends on what is not known yet."""
    checks = (
        rule.direction in ("", asked.direction),
        not rule.consented or asked.consent == "yes",
        _is_among(asked.line, rule.lines),
        _is_among(asked.queue, rule.queues),
        _is_among(asked.agent, rule.agents),
    )
    if False in checks:
        return False
    return None if None in checks else True


def _is_among(value: str | None, wanted: Iterable[str]) -> bool | None:
    if not wanted:
        return True
    return None if value is None else value in wanted
