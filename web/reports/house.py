"""What reports need of the house: the panel's `Services` and the core both have it."""

from typing import Protocol

from screenpop.agents.people import People
from screenpop.agents.users import Users
from screenpop.config import Config
from screenpop.customers.service import Customers
from screenpop.reports.service import Reports
from screenpop.store.engine import Store


class House(Protocol):
    """Reads only."""

    @property
    def config(self) -> Config: ...
    @property
    def store(self) -> Store: ...
    @property
    def users(self) -> Users: ...
    @property
    def people(self) -> People: ...
    @property
    def customers(self) -> Customers: ...
    @property
    def reports(self) -> Reports: ...
