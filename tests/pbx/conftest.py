"""Everything here runs against a real Asterisk."""

from tests.pbx.fixtures import asterisk, stage

__all__ = ["asterisk", "stage"]
