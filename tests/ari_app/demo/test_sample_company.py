"""The sample company: large, varied and valid, and loaded through the same services that people use."""

import tomllib
from pathlib import Path

import phonenumbers
import pytest

from ari_app.commands.demo import _told
from ari_app.demo import sample
from ari_app.demo.files import numbers
from ari_app.demo.people import has_phone
from ari_app.demo.portraits import SIZE, portrait
from ari_app.demo.robots import Plan
from screenpop.bus import Bus
from screenpop.customers.photos import PhotoFolder
from screenpop.customers.service import Customers
from screenpop.numbers import Numbers
from screenpop.store.engine import Store, default_url

CUSTOMERS = tomllib.loads(Path(sample.__file__).with_name("sample.toml").read_text())["customer"]


def test_company_is_large_and_international() -> None:
    assert len(CUSTOMERS) >= 40
    assert len({each["country"] for each in CUSTOMERS}) >= 20
    assert sum(len(each["numbers"]) > 1 for each in CUSTOMERS) >= 20
    assert {order[2] for each in CUSTOMERS for order in each.get("orders", ())} >= {
        "Confirmed",
        "In transit",
        "Delivered",
    }


@pytest.mark.parametrize("entry", CUSTOMERS, ids=lambda entry: entry["name"])
def test_every_number_is_valid(entry: dict[str, list[str]]) -> None:
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(number)) for number in entry["numbers"])


async def test_portraits_differ_and_stay_the_same(tmp_path: Path) -> None:
    first, again, other = portrait("woman 1 3"), portrait("woman 1 3"), portrait("man 4 5")
    assert first == again != other
    checked = await PhotoFolder(tmp_path).check(first)
    assert (checked.mime, checked.width, checked.height) == ("image/jpeg", SIZE, SIZE)


async def test_company_is_loaded_once_and_logins_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample, "_read", lambda: CUSTOMERS[:2])
    logins = await sample.fill(tmp_path, [], print)
    assert await sample.fill(tmp_path, logins, print) == logins
    store = Store.open(default_url(tmp_path))
    page = await Customers(store, Numbers("GB"), Bus(), tmp_path / "photos").search()
    await store.close()
    assert [row.name for row in page.rows] == ["Alice Hargreaves", "Bob Whitfield"]
    assert [login["login"] for login in logins] == ["admin", "supervisor", "101", "102", "103", "104", "105", "106"]


def test_demo_tells_what_can_be_called_and_from_where() -> None:
    told = numbers()
    owners = [each["name"] for each in CUSTOMERS if told["shared"] in each["numbers"]]
    assert len(owners) == 2
    assert any(told["customer"] in each["numbers"] for each in CUSTOMERS)
    assert told["queues"]["700"] == {"name": "support", "members": ["101", "102", "103"]}
    assert (told["groups"]["600"], told["lines"][0]["name"]) == (["101", "102", "103"], "Main line")


@pytest.mark.parametrize(
    ("number", "there"),
    [("101", True), ("600", True), ("701", True), ("+442079460000", True), ("+442079460104", True), ("999", False)],
)
def test_number_that_nobody_has_is_known(number: str, there: bool) -> None:
    assert has_phone(number) is there
    assert ("nobody has" in _told("refused", Plan("+442079460123", number))) is not there
