"""Customers, their numbers, mails and orders."""

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text

from screenpop.store.columns import customer_, flag_, id_, metadata, money_, number_, text_, time_

category = Table(
    "category",
    metadata,
    id_(),
    Column("name", Text, nullable=False, unique=True),
    text_("colour"),
    text_("flag", "ordinary"),
    number_("sort"),
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
    time_("created_at"),
)
"""A picture as it was uploaded: the file is photos/HASH (SHA-256 of its bytes) in the data directory."""

customer = Table(
    "customer",
    metadata,
    id_(),
    text_("name"),
    text_("company"),
    Column("category_id", Text, ForeignKey("category.id"), index=True),
    text_("note"),
    text_("city"),
    text_("country"),
    text_("timezone"),
    text_("responsible"),
    text_("record"),
    Column("external_id", Text, unique=True),
    Column("photo", Text, ForeignKey("photo.hash")),
    number_("version", 1),
    Column("merged_into", Text, ForeignKey("customer.id")),
    text_("name_key"),
    text_("company_key"),
    time_("created_at"),
    time_("updated_at"),
    Index("ix_customer_merged_into", "merged_into", sqlite_where=sa.text("merged_into IS NOT NULL")),
    Index("ix_customer_name_key_id", "name_key", "id", sqlite_where=sa.text("merged_into IS NULL")),
    Index("ix_customer_company_key_id", "company_key", "id", sqlite_where=sa.text("merged_into IS NULL")),
)
"""`merged_into` makes the row a tombstone that leads to the customer kept. `name_key` and `company_key` are folded
(no case, no diacritics) for search and order. `responsible` is a user's id or a name. `country` is ISO 3166.
`record`: what the customer said about calls being recorded, "yes", "no", or "" for nothing."""

customer_number = Table(
    "customer_number",
    metadata,
    id_(),
    customer_(),
    Column("raw", Text, nullable=False),
    text_("e164"),
    Column("key", Text, nullable=False),
    Column("tail", Text, nullable=False, index=True),
    text_("national"),
    text_("kind"),
    flag_("primary"),
    number_("sort"),
    sa.UniqueConstraint("customer_id", "key"),
    Index("ix_customer_number_key_customer_id", "key", "customer_id"),
)
"""`key` is the E.164 form, or the bare digits of a number that has none (an internal one); `tail` the last digits
of the national form, by which a number dialled in another way may be recognised."""

customer_mail = Table(
    "customer_mail",
    metadata,
    id_(),
    customer_(),
    Column("address", Text, nullable=False, index=True),
    flag_("primary"),
    number_("sort"),
    sa.UniqueConstraint("customer_id", "address"),
)

customer_search = Table(
    "customer_search",
    metadata,
    Column("row", Integer, primary_key=True),
    Column("customer_id", Text, ForeignKey("customer.id", ondelete="CASCADE"), nullable=False, unique=True),
    text_("text"),
)
"""What a customer is found by, folded: name, company, mails and the digits of all numbers. On SQLite the trigram
index `customer_fts` stands beside it, kept in step by triggers."""

order = Table(
    "order",
    metadata,
    id_(),
    customer_(),
    text_("number"),
    text_("title"),
    text_("stage"),
    text_("responsible"),
    money_("amount"),
    money_("paid"),
    text_("currency"),
    flag_("open", True),
    text_("url"),
    time_("created_at"),
    time_("updated_at"),
)
"""`amount` and `paid` are in minor units of `currency` (ISO 4217); what is due is their difference."""
