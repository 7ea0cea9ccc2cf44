"""Every table of the store. Ids are texts that sort by time, times are UTC, money is in minor units."""

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy import JSON, Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, MetaData, Table, Text
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


def _id() -> Column[str]:
    return Column("id", Text, primary_key=True)


def _text(name: str, default: str = "") -> Column[str]:
    return Column(name, Text, nullable=False, default=default, server_default=sa.text(f"'{default}'"))


def _number(name: str, default: int = 0) -> Column[int]:
    return Column(name, Integer, nullable=False, default=default, server_default=sa.text(str(default)))


def _money(name: str) -> Column[int]:
    return Column(name, sa.BigInteger, nullable=False, default=0, server_default=sa.text("0"))


def _flag(name: str, default: bool = False) -> Column[bool]:
    return Column(name, Boolean, nullable=False, default=default, server_default=sa.true() if default else sa.false())


def _time(name: str) -> Column[datetime]:
    return Column(name, UtcTime, nullable=False)


def _maybe_time(name: str) -> Column[datetime | None]:
    return Column(name, UtcTime)


def _json(name: str) -> Column[object]:
    return Column(name, JSON, nullable=False)


def _customer() -> Column[str]:
    return Column("customer_id", Text, ForeignKey("customer.id", ondelete="CASCADE"), nullable=False, index=True)


# ---------------------------------------------------------------- people who use the panel

user = Table(
    "user",
    metadata,
    _id(),
    Column("login", Text, nullable=False, unique=True),
    _text("name"),
    Column("role", Text, nullable=False),
    _text("password_hash"),
    _flag("active", True),
    _text("locale"),
    _text("timezone"),
    Column("prefs", JSON, nullable=False, default=dict, server_default=sa.text("'{}'")),
    _text("presence", "available"),
    _time("created_at"),
    CheckConstraint("role IN ('agent', 'supervisor', 'admin')", name="role"),
)
"""`prefs`: popups_on, sound, volume, theme, density … as the person set them."""

extension = Table(
    "extension",
    metadata,
    Column("number", Text, primary_key=True),
    _text("name"),
    Column("devices", JSON, nullable=False, default=list, server_default=sa.text("'[]'")),
)

user_extension = Table(
    "user_extension",
    metadata,
    Column("user_id", Text, ForeignKey("user.id", ondelete="CASCADE"), primary_key=True),
    Column("extension", Text, primary_key=True, index=True),
)

session = Table(
    "session",
    metadata,
    _id(),
    Column("user_id", Text, ForeignKey("user.id", ondelete="CASCADE"), nullable=False, index=True),
    _time("created_at"),
    _time("seen_at"),
    Column("expires_at", UtcTime, nullable=False, index=True),
    _text("user_agent"),
    _text("ip"),
)
"""`id` is the hash of the token, never the token."""

# ---------------------------------------------------------------- what an admin sets in the panel

setting = Table(
    "setting",
    metadata,
    Column("key", Text, primary_key=True),
    _json("value"),
    _time("updated_at"),
    _text("updated_by"),
)

card_layout = Table(
    "card_layout",
    metadata,
    Column("scope", Text, primary_key=True),
    _json("fields"),
    _flag("with_photo", True),
    _time("updated_at"),
    _text("updated_by"),
)
"""`scope`: "" is the default, else `company:NAME` or `line:KEY`; `fields` is the list of field names in order."""

line = Table(
    "line",
    metadata,
    _id(),
    Column("number", Text, nullable=False, unique=True),
    _text("raw"),
    _text("name"),
    _text("company"),
)
"""A called number of ours: `number` is its key (E.164, or the bare digits of a short one)."""

# ---------------------------------------------------------------- customers

category = Table(
    "category",
    metadata,
    _id(),
    Column("name", Text, nullable=False, unique=True),
    _text("colour"),
    _text("flag", "ordinary"),
    _number("sort"),
    CheckConstraint("flag IN ('ordinary', 'important', 'problem')", name="flag"),
)

photo = Table(
    "photo",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("mime", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    _time("created_at"),
)
"""A picture as it was uploaded: the file is photos/HASH (SHA-256 of its bytes) in the data directory."""

customer = Table(
    "customer",
    metadata,
    _id(),
    _text("name"),
    _text("company"),
    Column("category_id", Text, ForeignKey("category.id"), index=True),
    _text("note"),
    _text("city"),
    _text("country"),
    _text("timezone"),
    _text("responsible"),
    Column("external_id", Text, unique=True),
    Column("photo", Text, ForeignKey("photo.hash")),
    _number("version", 1),
    Column("merged_into", Text, ForeignKey("customer.id")),
    _text("name_key"),
    _text("company_key"),
    _time("created_at"),
    _time("updated_at"),
    Index("ix_customer_merged_into", "merged_into", sqlite_where=sa.text("merged_into IS NOT NULL")),
    Index("ix_customer_name_key_id", "name_key", "id", sqlite_where=sa.text("merged_into IS NULL")),
    Index("ix_customer_company_key_id", "company_key", "id", sqlite_where=sa.text("merged_into IS NULL")),
)
"""`merged_into` makes the row a tombstone that leads to the customer kept. `name_key` and `company_key` are folded
(no case, no diacritics) for search and order. `responsible` is a user's id or a name. `country` is ISO 3166."""

customer_number = Table(
    "customer_number",
    metadata,
    _id(),
    _customer(),
    Column("raw", Text, nullable=False),
    _text("e164"),
    Column("key", Text, nullable=False),
    Column("tail", Text, nullable=False, index=True),
    _text("national"),
    _text("kind"),
    _flag("primary"),
    _number("sort"),
    sa.UniqueConstraint("customer_id", "key"),
    Index("ix_customer_number_key_customer_id", "key", "customer_id"),
)
"""`key` is the E.164 form, or the bare digits of a number that has none (an internal one); `tail` the last digits
of the national form, by which a number dialled in another way may be recognised."""

customer_mail = Table(
    "customer_mail",
    metadata,
    _id(),
    _customer(),
    Column("address", Text, nullable=False, index=True),
    _flag("primary"),
    _number("sort"),
    sa.UniqueConstraint("customer_id", "address"),
)

customer_search = Table(
    "customer_search",
    metadata,
    Column("row", Integer, primary_key=True),
    Column("customer_id", Text, ForeignKey("customer.id", ondelete="CASCADE"), nullable=False, unique=True),
    _text("text"),
)
"""What a customer is found by, folded: name, company, mails and the digits of all numbers. On SQLite the trigram
index `customer_fts` stands beside it, kept in step by triggers."""

order = Table(
    "order",
    metadata,
    _id(),
    _customer(),
    _text("number"),
    _text("title"),
    _text("stage"),
    _text("responsible"),
    _money("amount"),
    _money("paid"),
    _text("currency"),
    _flag("open", True),
    _text("url"),
    _time("created_at"),
    _time("updated_at"),
)
"""`amount` and `paid` are in minor units of `currency` (ISO 4217); what is due is their difference."""

# ---------------------------------------------------------------- calls

call = Table(
    "call",
    metadata,
    _id(),
    Column("direction", Text, nullable=False),
    _text("remote_raw"),
    _text("remote_name"),
    Column("number", Text, nullable=False, default="", server_default=sa.text("''")),
    Column("customer_id", Text, ForeignKey("customer.id", ondelete="SET NULL")),
    _flag("chosen"),
    _text("to"),
    _text("line"),
    _text("queue"),
    _text("agent"),
    Column("user_id", Text, ForeignKey("user.id", ondelete="SET NULL")),
    _time("started_at"),
    _maybe_time("answered_at"),
    _maybe_time("ended_at"),
    Column("talk_seconds", sa.Float, nullable=False, default=0.0, server_default=sa.text("0")),
    _text("result"),
    _number("cause"),
    _flag("swept"),
    _text("disposition"),
    _maybe_time("missed_at"),
    _maybe_time("seen_at"),
    _text("seen_by"),
    _text("called_back"),
    Index("ix_call_started_at", "started_at"),
    Index("ix_call_agent_started_at", "agent", "started_at"),
    Index("ix_call_customer_id_started_at", "customer_id", "started_at"),
    Index("ix_call_number_started_at", "number", "started_at"),
    Index("ix_call_open", "started_at", sqlite_where=sa.text("ended_at IS NULL")),
    Index("ix_call_missed", "started_at", sqlite_where=sa.text("missed_at IS NOT NULL")),
    Index(
        "ix_call_to_do",
        "started_at",
        sqlite_where=sa.text("missed_at IS NOT NULL AND seen_at IS NULL AND called_back = ''"),
    ),
    Index("ix_call_called_back", "called_back", sqlite_where=sa.text("called_back != ''")),
)
"""One row a call, transfers and pick-ups included. `number` is the key of the customer's side; `agent` the extension
that answered, or the one that rang last; `to` all that were called, with spaces between; `chosen`: an agent picked the
customer, so no guess may change it; `swept`: the end was not seen, only that the call is gone. `missed_at` is when the
log learnt that an incoming call had been answered by nobody; `seen_by` the user who dealt with it; `called_back` the
later answered call with the same number."""

queue_member = Table(
    "queue_member",
    metadata,
    Column("queue", Text, primary_key=True),
    Column("extension", Text, primary_key=True),
    _time("rang_at"),
)
"""Which extensions a queue has rung, as seen on calls, and when it last did."""

call_note = Table(
    "call_note",
    metadata,
    _id(),
    Column("call_id", Text, nullable=False, index=True),
    _text("author"),
    Column("text", Text, nullable=False),
    _time("created_at"),
    _time("updated_at"),
)
"""One note of each author on a call. Not a foreign key: a note may be written before the call's row is."""

# ---------------------------------------------------------------- who changed what

audit = Table(
    "audit",
    metadata,
    _id(),
    _time("at"),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("object_type", Text, nullable=False),
    Column("object_id", Text, nullable=False),
    _json("changes"),
    Index("ix_audit_object_type_object_id_at", "object_type", "object_id", "at"),
    Index("ix_audit_at", "at"),
)
"""`actor` is a user's id or "system"; `changes` maps each field to [old, new]."""
