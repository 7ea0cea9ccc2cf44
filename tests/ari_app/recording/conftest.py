"""What the tests of recordings share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.ari_app.recording.room import Room, opened_room


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with opened_room(tmp_path) as made:
        yield made
