"""People who use the panel, what an admin sets in it, and who changed what."""

import sqlalchemy as sa
from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, Index, Table, Text

from screenpop.store.columns import UtcTime, flag_, id_, json_, metadata, text_, time_

user = Table(
    "user",
    metadata,
    id_(),
    Column("login", Text, nullable=False, unique=True),
    text_("name"),
    Column("role", Text, nullable=False),
    text_("password_hash"),
    flag_("active", True),
    text_("locale"),
    text_("timezone"),
    Column("prefs", JSON, nullable=False, default=dict, server_default=sa.text("'{}'")),
    text_("presence", "available"),
    text_("team"),
    Column("rights", JSON, nullable=False, default=dict, server_default=sa.text("'{}'")),
    time_("created_at"),
    CheckConstraint("role IN ('agent', 'supervisor', 'admin')", name="role"),
)
"""`prefs`: popups_on, sound, volume, theme, density … as the person set them. `team`: the group that reports and
filters put the person into. `rights`: permission -> whether this person has it, where that differs from the role."""

extension = Table(
    "extension",
    metadata,
    Column("number", Text, primary_key=True),
    text_("name"),
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
    id_(),
    Column("user_id", Text, ForeignKey("user.id", ondelete="CASCADE"), nullable=False, index=True),
    time_("created_at"),
    time_("seen_at"),
    Column("expires_at", UtcTime, nullable=False, index=True),
    text_("user_agent"),
    text_("ip"),
)
"""`id` is the hash of the token, never the token."""

setting = Table(
    "setting",
    metadata,
    Column("key", Text, primary_key=True),
    json_("value"),
    time_("updated_at"),
    text_("updated_by"),
)

card_layout = Table(
    "card_layout",
    metadata,
    Column("scope", Text, primary_key=True),
    json_("fields"),
    flag_("with_photo", True),
    time_("updated_at"),
    text_("updated_by"),
)
"""`scope`: "" is the default, else `company:NAME` or `line:KEY`; `fields` is the list of field names in order."""

line = Table(
    "line",
    metadata,
    id_(),
    Column("number", Text, nullable=False, unique=True),
    text_("raw"),
    text_("name"),
    text_("company"),
)
"""A called number of ours: `number` is its key (E.164, or the bare digits of a short one)."""

audit = Table(
    "audit",
    metadata,
    id_(),
    time_("at"),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("object_type", Text, nullable=False),
    Column("object_id", Text, nullable=False),
    json_("changes"),
    Index("ix_audit_object_type_object_id_at", "object_type", "object_id", "at"),
    Index("ix_audit_at", "at"),
)
"""`actor` is a user's id or "system"; `changes` maps each field to [old, new]."""
