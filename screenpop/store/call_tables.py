"""Calls, their story and what people wrote about them."""

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from screenpop.store.columns import flag_, id_, json_, maybe_time_, metadata, number_, seconds_, text_, time_

call = Table(
    "call",
    metadata,
    id_(),
    Column("direction", Text, nullable=False),
    text_("remote_raw"),
    text_("remote_name"),
    Column("number", Text, nullable=False, default="", server_default=sa.text("''")),
    Column("customer_id", Text, ForeignKey("customer.id", ondelete="SET NULL")),
    flag_("chosen"),
    text_("to"),
    text_("line"),
    text_("queue"),
    text_("agent"),
    Column("user_id", Text, ForeignKey("user.id", ondelete="SET NULL")),
    time_("started_at"),
    maybe_time_("answered_at"),
    maybe_time_("ended_at"),
    seconds_("talk_seconds"),
    text_("result"),
    number_("cause"),
    flag_("swept"),
    maybe_time_("up_at"),
    text_("disposition"),
    maybe_time_("missed_at"),
    maybe_time_("seen_at"),
    text_("seen_by"),
    text_("called_back"),
    seconds_("ring_seconds"),
    seconds_("wait_seconds"),
    seconds_("hold_seconds"),
    number_("holds"),
    number_("transfers"),
    maybe_time_("identified_at"),
    maybe_time_("follow_up_at"),
    text_("follow_up_user"),
    maybe_time_("follow_up_done_at"),
    flag_("recorded"),
    Column("score", sa.Float),
    Column("sentiment", sa.Float),
    Column("talk_share", sa.Float),
    Index("ix_call_started_at", "started_at"),
    Index("ix_call_agent_started_at", "agent", "started_at"),
    Index("ix_call_customer_id_started_at", "customer_id", "started_at"),
    Index("ix_call_number_started_at", "number", "started_at"),
    Index("ix_call_user_id_started_at", "user_id", "started_at"),
    Index("ix_call_queue_started_at", "queue", "started_at"),
    Index("ix_call_line_started_at", "line", "started_at"),
    Index("ix_call_direction_started_at", "direction", "started_at"),
    Index("ix_call_result_started_at", "result", "started_at"),
    Index("ix_call_disposition_started_at", "disposition", "started_at"),
    Index("ix_call_recorded_started_at", "recorded", "started_at"),
    Index("ix_call_talk_seconds_started_at", "talk_seconds", "started_at"),
    Index("ix_call_wait_seconds_started_at", "wait_seconds", "started_at"),
    Index("ix_call_score_started_at", "score", "started_at", sqlite_where=sa.text("score IS NOT NULL")),
    Index("ix_call_sentiment_started_at", "sentiment", "started_at", sqlite_where=sa.text("sentiment IS NOT NULL")),
    Index("ix_call_follow_up_at", "follow_up_at", sqlite_where=sa.text("follow_up_at IS NOT NULL")),
    Index("ix_call_follow_up_user", "follow_up_user", sqlite_where=sa.text("follow_up_user != ''")),
    Index("ix_call_unanswered", "started_at", "to", sqlite_where=sa.text("answered_at IS NULL")),
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
customer, so no guess may change it; `swept`: the end was not seen, only that the call is gone; `up_at`: when it was
last known to be up. `missed_at` is when the
log learnt that an incoming call had been answered by nobody; `seen_by` the user who dealt with it; `called_back` the
later answered call with the same number. `ring_seconds` from the first ring to the answer or the end, `wait_seconds` in
queues, `hold_seconds` in `holds` pieces. `identified_at`: the customer was known from then on. `recorded`: a
recording of it is kept. `score` (0 to 100), `sentiment` (-1 to 1) and `talk_share` of the agent (0 to 1) come from its
analysis."""

call_alias = Table(
    "call_alias",
    metadata,
    Column("gone", Text, primary_key=True),
    Column("kept", Text, ForeignKey("call.id", ondelete="CASCADE"), nullable=False, index=True),
)
"""The id of a call that turned out to be part of another, and the id of the row that tells of both."""

call_event = Table(
    "call_event",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("seq", Integer, primary_key=True),
    time_("at"),
    Column("kind", Text, nullable=False),
    text_("agent"),
    json_("detail"),
)
"""The story of a call, a row for each thing that happened; `kind` is the NAME of the fact."""

call_tag = Table(
    "call_tag",
    metadata,
    Column("call_id", Text, ForeignKey("call.id", ondelete="CASCADE"), primary_key=True),
    Column("tag", Text, primary_key=True),
    Index("ix_call_tag_tag_call_id", "tag", "call_id"),
)

call_number = Table(
    "call_number",
    metadata,
    Column("row", sa.BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("number", Text, nullable=False, unique=True),
)
"""Every number of the call log once, so that a part of one is found without reading all calls. On SQLite triggers fill
it, and the index `call_number_fts` stands beside it."""

call_text = Table(
    "call_text",
    metadata,
    Column("row", sa.BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("call_id", Text, ForeignKey("call.id", ondelete="CASCADE"), nullable=False, unique=True),
    text_("text"),
)
"""What a call is found by as text, folded: its notes and its transcript. `row` is the moment at which the call began,
in microseconds, made unique: the text index is in the order of time. On SQLite the word index `call_fts` stands beside
it."""
call_text.add_is_dependent_on(call_number)  # the indexes of both are made with it

call_comment = Table(
    "call_comment",
    metadata,
    id_(),
    Column("call_id", Text, ForeignKey("call.id", ondelete="CASCADE"), nullable=False, index=True),
    text_("recording_id"),
    text_("author"),
    seconds_("at_second"),
    Column("text", Text, nullable=False),
    time_("created_at"),
    time_("updated_at"),
)
"""A note at one second of a recording."""

saved_filter = Table(
    "saved_filter",
    metadata,
    id_(),
    Column("user_id", Text, ForeignKey("user.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("query", Text, nullable=False),
    flag_("shared"),
    number_("sort"),
    time_("created_at"),
)
"""A search of the call log under a name; `query` is that of its address."""

queue_member = Table(
    "queue_member",
    metadata,
    Column("queue", Text, primary_key=True),
    Column("extension", Text, primary_key=True),
    time_("rang_at"),
)
"""Which extensions a queue has rung, as seen on calls, and when it last did."""

call_note = Table(
    "call_note",
    metadata,
    id_(),
    Column("call_id", Text, nullable=False, index=True),
    text_("author"),
    Column("text", Text, nullable=False),
    time_("created_at"),
    time_("updated_at"),
)
"""One note of each author on a call. Not a foreign key: a note may be written before the call's row is."""
