"""How often a wrong password may be tried. Pure: the time is given."""

from collections import deque

WINDOW = 300.0
PER_LOGIN = 5
PER_ADDRESS = 30
MAX_KEYS = 10_000


class LoginLimit:
    """Counts failures for each login from each address, and for each address, over `WINDOW` seconds."""

    def __init__(self) -> None:
        self._failures: dict[tuple[str, ...], deque[float]] = {}

    def wait(self, login: str, address: str, now: float) -> float:
        """Seconds until the next try may be made; 0 when it may be made now."""
        limits = (((login, address), PER_LOGIN), ((address,), PER_ADDRESS))
        return max(self._wait(key, limit, now) for key, limit in limits)

    def failed(self, login: str, address: str, now: float) -> None:
        """Note a wrong password."""
        for key in ((login, address), (address,)):
            self._failures.setdefault(key, deque(maxlen=PER_ADDRESS)).append(now)
        if len(self._failures) > MAX_KEYS:
            self._failures = {k: times for k, times in self._failures.items() if times and now - times[-1] < WINDOW}

    def succeeded(self, login: str, address: str) -> None:
        """Forget the failures of this login from this address, and that this try was counted for the address."""
        self._failures.pop((login, address), None)
        if self._failures.get((address,)):
            self._failures[(address,)].pop()

    def _wait(self, key: tuple[str, ...], limit: int, now: float) -> float:
        recent = [at for at in self._failures.get(key, ()) if now - at < WINDOW]
        return recent[-limit] + WINDOW - now if len(recent) >= limit else 0.0
