"""How often a wrong password may be tried. Pure: the time is given."""

from collections import deque
from collections.abc import Iterator

WINDOW = 300.0
PER_LOGIN = 5
PER_ADDRESS = 30
LOGIN_ANYWHERE = 50
"""However many addresses the tries come from, or are said to come from."""
MAX_KEYS = 10_000

Key = tuple[str, str]


class LoginLimit:
    """Counts failures over `WINDOW` seconds: of a login from an address, of an address, of a login."""

    def __init__(self) -> None:
        self._failures: dict[Key, deque[float]] = {}

    def wait(self, login: str, address: str, now: float) -> float:
        """Seconds until the next try may be made; 0 when it may be made now."""
        return max(self._wait(key, limit, now) for key, limit in _limits(login, address))

    def failed(self, login: str, address: str, now: float) -> None:
        """Note a wrong password."""
        for key, limit in _limits(login, address):
            self._failures.setdefault(key, deque(maxlen=limit)).append(now)
        if len(self._failures) > MAX_KEYS:
            self._failures = {k: times for k, times in self._failures.items() if times and now - times[-1] < WINDOW}

    def succeeded(self, login: str, address: str) -> None:
        """The try that was counted last was right: forget it, and the login's failures from this address."""
        for key, _ in _limits(login, address):
            if self._failures.get(key):
                self._failures[key].pop()
        self._failures.pop((login, address), None)

    def _wait(self, key: Key, limit: int, now: float) -> float:
        recent = [at for at in self._failures.get(key, ()) if now - at < WINDOW]
        return recent[-limit] + WINDOW - now if len(recent) >= limit else 0.0


def _limits(login: str, address: str) -> Iterator[tuple[Key, int]]:
    yield (login, address), PER_LOGIN
    yield ("", address), PER_ADDRESS
    yield (login, "*"), LOGIN_ANYWHERE
