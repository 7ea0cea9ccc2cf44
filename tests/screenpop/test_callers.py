from datetime import UTC, datetime

import pytest

from screenpop.callers import NOBODY, Caller, Callers
from screenpop.customers.model import Category, Customer
from screenpop.errors import NotFound
from screenpop.numbers import Numbers

NOW = datetime(2026, 1, 1, tzinfo=UTC)
VIP = Category(id="c1", name="VIP", flag="important")
ANA = Customer(id="1", name="Ana", category=VIP, responsible="u1", created_at=NOW, updated_at=NOW)
INDEX = {"+442079460000": ("1",), "+442079460001": ("1", "2"), "+442079460002": ("gone",)}


async def _get(customer_id: str) -> Customer:
    if customer_id != ANA.id:
        raise NotFound("no such customer")
    return ANA


def _callers() -> Callers:
    return Callers(Numbers("GB"), lambda key: INDEX.get(key, ()), _get, {"u1": "101"}.__getitem__)


@pytest.mark.feature("CALL-04", "CALL+04")
@pytest.mark.parametrize("raw", ["+442079460000", "020 7946 0000", "00442079460000", "+44 (0)20 7946 0000"])
async def test_caller_is_found_in_any_notation(raw: str) -> None:
    expected = Caller(matches=1, customer_id="1", name="Ana", category="VIP", responsible="101", vip=True)
    assert await _callers().look_up(raw) == expected


@pytest.mark.parametrize("raw", ["", "unknown", "999", "x" * 500, "\r\n", "+442079460009"])
async def test_caller_that_is_not_known_is_nobody(raw: str) -> None:
    assert await _callers().look_up(raw) == NOBODY


async def test_several_customers_with_one_number_are_only_counted() -> None:
    assert await _callers().look_up("+442079460001") == Caller(matches=2)


async def test_customer_removed_meanwhile_is_nobody() -> None:
    assert await _callers().look_up("+442079460002") == NOBODY
