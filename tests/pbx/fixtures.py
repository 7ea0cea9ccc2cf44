"""A real Asterisk for each test, and a stage for calls on it; any conftest may import these."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ari_app.demo.lab import Lab
from tests.pbx.stage import Stage


@pytest.fixture
async def asterisk(tmp_path: Path) -> AsyncIterator[Lab]:
    """A freshly started Asterisk; phones ring for longer than any test takes."""
    lab = Lab(tmp_path / "lab", ring_seconds=120)
    await lab.start()
    yield lab
    await lab.kill()


@pytest.fixture
async def stage(asterisk: Lab) -> AsyncIterator[Stage]:
    """Phones and callers on `asterisk`, with AMI watched from the start."""
    async with Stage(asterisk) as stage:
        await stage.watch()
        yield stage
