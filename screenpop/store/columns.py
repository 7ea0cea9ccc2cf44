"""What the tables are made of: their metadata and their kinds of columns."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import JSON, Boolean, Column, ForeignKey, Integer, MetaData, Text
from sqlalchemy.sql.operators import custom_op
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcTime(TypeDecorator[datetime]):
    """A moment: goes in and comes out timezone-aware in UTC, also where the database keeps no zone (SQLite)."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Take the moment to UTC; raises ValueError for one without a time zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Give the moment its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def id_() -> Column[str]:
    """The key."""
    return Column("id", Text, primary_key=True)


def text_(name: str, default: str = "") -> Column[str]:
    """A text, "" where there is none."""
    return Column(name, Text, nullable=False, default=default, server_default=sa.text(f"'{default}'"))


def number_(name: str, default: int = 0) -> Column[int]:
    """A whole number."""
    return Column(name, Integer, nullable=False, default=default, server_default=sa.text(str(default)))


def seconds_(name: str) -> Column[float]:
    """Seconds, or another measure with a fraction."""
    return Column(name, sa.Float, nullable=False, default=0.0, server_default=sa.text("0"))


def money_(name: str) -> Column[int]:
    """An amount in minor units."""
    return Column(name, sa.BigInteger, nullable=False, default=0, server_default=sa.text("0"))


def flag_(name: str, default: bool = False) -> Column[bool]:
    """Yes or no."""
    return Column(name, Boolean, nullable=False, default=default, server_default=sa.true() if default else sa.false())


def time_(name: str) -> Column[datetime]:
    """A moment that is always known."""
    return Column(name, UtcTime, nullable=False)


def maybe_time_(name: str) -> Column[datetime | None]:
    """A moment that may not have come."""
    return Column(name, UtcTime)


def json_(name: str) -> Column[object]:
    """A value of several parts."""
    return Column(name, JSON, nullable=False)


def customer_() -> Column[str]:
    """Whose row it is: it goes with the customer."""
    return Column("customer_id", Text, ForeignKey("customer.id", ondelete="CASCADE"), nullable=False, index=True)


def loose(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The column's value, which SQLite does not look up in an index."""
    return sa.UnaryExpression(column, operator=custom_op("+"), type_=column.type)
