"""Lines: which company a called number stands for."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from screenpop.bus import Bus
from screenpop.errors import BadInput, NotFound
from screenpop.facts import SettingsChanged
from screenpop.lines import Lines
from screenpop.numbers import Numbers
from screenpop.store.engine import Store, default_url


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = Store.open(default_url(tmp_path))
    await opened.create_all()
    yield opened
    await opened.close()


@pytest.mark.feature("CALL-06", "CALL+03")
async def test_a_line_is_found_however_the_trunk_writes_its_number(store: Store) -> None:
    bus, told = Bus(), list[SettingsChanged]()
    bus.subscribe(SettingsChanged, told.append)
    lines = Lines(store, Numbers("DE"), bus)
    made = await lines.put("030 555-100", "Sales", "Roof & Co", "admin")

    for called in ("+4930555100", "030555100", "004930555100", "sip:+4930555100@trunk"):
        assert lines.find(called) == made
    assert lines.find("+4930555101") is None
    assert lines.find("") is None
    assert [fact.key for fact in told] == ["lines"]


async def test_a_line_is_named_anew_and_forgotten(store: Store) -> None:
    lines = Lines(store, Numbers("DE"), Bus())
    first = await lines.put("100", "Sales", "", "admin")
    again = await lines.put("100", "Service", "Roof & Co", "admin")
    assert (again.id, lines.all()) == (first.id, [again])

    fresh = Lines(store, Numbers("DE"), Bus())
    await fresh.load()
    assert fresh.find("100") == again

    await lines.remove(first.id, "admin")
    assert lines.find("100") is None
    with pytest.raises(NotFound):
        await lines.remove(first.id, "admin")


async def test_what_is_no_number_is_no_line(store: Store) -> None:
    with pytest.raises(BadInput):
        await Lines(store, Numbers("DE"), Bus()).put("sales", "", "", "admin")
