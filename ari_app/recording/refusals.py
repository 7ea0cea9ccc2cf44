"""Calls that are not to be recorded: because the customer said no, or because of a rule. Pure."""

from collections import OrderedDict

from ari_app.recording.expected import remember


class Refusals:
    """What is known of calls that are up."""

    def __init__(self) -> None:
        self._said_no: OrderedDict[str, None] = OrderedDict()
        self._by_rule: OrderedDict[str, None] = OrderedDict()

    def __contains__(self, call_id: str) -> bool:
        return call_id in self._said_no or call_id in self._by_rule

    def say_no(self, call_id: str) -> None:
        """The customer does not want it."""
        remember(self._said_no, call_id)

    def rule_out(self, call_id: str) -> None:
        """It was begun, and is not wanted now that more is known."""
        remember(self._by_rule, call_id)

    def said_no(self, call_id: str) -> bool:
        """Did the customer say no?"""
        return call_id in self._said_no

    def merge(self, kept: str, gone: str, *, recorded: bool) -> None:
        """The call `gone` is part of `kept` now. A no holds for both; a rule about one does not end the other one's
        recording."""
        if gone in self._said_no:
            self.say_no(kept)
        if gone in self._by_rule and not recorded:
            self.rule_out(kept)

    def forget(self, call_id: str) -> None:
        """The call is over."""
        self._said_no.pop(call_id, None)
        self._by_rule.pop(call_id, None)
