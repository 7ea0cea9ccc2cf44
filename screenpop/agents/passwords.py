"""Passwords: argon2id, in a thread, a few at a time (each hash takes 64 MiB and tens of milliseconds)."""

import asyncio
import contextlib

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE = 2


class Passwords:
    """Hashes and verifies. `cost` 1 is for tests; the default is RFC 9106's second recommendation."""

    def __init__(self, cost: int = 3, memory_kib: int = 65_536) -> None:
        self._hasher = PasswordHasher(time_cost=cost, memory_cost=memory_kib, parallelism=4, type=Type.ID)
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._decoy = ""

    async def hash(self, password: str) -> str:
        """The hash to store."""
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, stored: str, password: str) -> bool:
        """Is `password` the one behind `stored`? An empty `stored` takes as long and is never right."""
        if not stored:
            self._decoy = self._decoy or await self.hash("nobody has this one")
        async with self._turn:
            right = await asyncio.to_thread(self._matches, stored or self._decoy, password)
        return right and bool(stored)

    def is_outdated(self, stored: str) -> bool:
        """Was `stored` made with other costs than today's?"""
        return self._hasher.check_needs_rehash(stored)

    def _matches(self, stored: str, password: str) -> bool:
        with contextlib.suppress(VerificationError, InvalidHashError):
            return self._hasher.verify(stored, password)
        return False
