"""A place where it is about noon: what is counted by the day does not begin anew in the middle of a test."""

from datetime import UTC, datetime


def place_at_noon() -> str:
    """The name of a time zone without summer time in which it is between 12 and 13 o'clock now."""
    ahead = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"  # by POSIX, -3 is three hours ahead
