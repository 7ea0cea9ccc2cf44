"""The panel's fixtures, and a month of calls."""

from datetime import UTC, datetime, timedelta

import pytest

from screenpop.customers.model import NewCustomer
from tests.month import random_calls, write_calls
from tests.noon import place_at_noon
from tests.web.conftest import anonymous, app, blockbuster, core, server, services, sign_in, store
from web.keys import Services

__all__ = ["anonymous", "app", "blockbuster", "core", "server", "services", "sign_in", "store"]


@pytest.fixture
def timezone() -> str:
    return place_at_noon()


@pytest.fixture
async def month(services: Services) -> Services:
    """600 calls of the last 40 days by 101, 102 and nobody in particular, with three customers."""
    users = [(user.extensions[0], user.id) for user in services.users.all() if user.extensions]
    names = ("Köhler GmbH", "نسرین ستوده", "=1+1")
    customers = [(await services.customers.create(NewCustomer(name=name), "system")).id for name in names]
    start = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=39)
    rows = random_calls(600, start, 39.9, users=[*users, ("107", "")], customers=customers)
    for row in rows:
        row["user_id"] = row["user_id"] or None
    await write_calls(services.store, rows)
    return services
