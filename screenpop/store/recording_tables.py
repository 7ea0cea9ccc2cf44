"""Recordings, what they say, and what is made of that."""

import sqlalchemy as sa
from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, Index, Table, Text

from screenpop.store.columns import flag_, id_, json_, maybe_time_, metadata, number_, seconds_, text_, time_

recording = Table(
    "recording",
    metadata,
    id_(),
    Column("call_id", Text, nullable=False, index=True),
    Column("state", Text, nullable=False),
    Column("name", Text, nullable=False, unique=True),
    text_("agent"),
    time_("started_at"),
    maybe_time_("ended_at"),
    text_("key"),
    text_("format"),
    number_("size"),
    text_("sha256"),
    seconds_("seconds"),
    Column("gaps", JSON, nullable=False, default=list, server_default=sa.text("'[]'")),
    Column("peaks", sa.LargeBinary),
    text_("problem"),
    flag_("held"),
    text_("held_by"),
    text_("held_why"),
    maybe_time_("stored_at"),
    maybe_time_("deleted_at"),
    text_("deleted_by"),
    text_("deleted_why"),
    CheckConstraint("state IN ('recording', 'waiting', 'stored', 'failed', 'missing', 'deleted')", name="state"),
    Index("ix_recording_state_started_at", "state", "started_at"),
)
"""One recorded stretch of a call: two channels, the agent's side first, the other side second. `name` is what the PBX
calls its files, `key` where it is in the archive, `gaps` the stretches ([start, end] in seconds) that were left out.
`peaks`: the waveform's outline. `problem` says in words why there is nothing to hear. A deleted one keeps its row."""

analysis = Table(
    "analysis",
    metadata,
    Column("recording_id", Text, ForeignKey("recording.id", ondelete="CASCADE"), primary_key=True),
    Column("call_id", Text, nullable=False, index=True),
    Column("state", Text, nullable=False),
    seconds_("progress"),
    number_("tries"),
    time_("asked_at"),
    maybe_time_("started_at"),
    maybe_time_("beat_at"),
    maybe_time_("finished_at"),
    text_("worker"),
    text_("problem"),
    text_("part", "all"),
    Column("longest_s", sa.Float),
    Column("interruptions", sa.Integer),
    Column("silence_share", sa.Float),
    Column("report", JSON),
    CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name="state"),
    CheckConstraint("part IN ('all', 'words')", name="part"),
    Index("ix_analysis_state_asked_at", "state", "asked_at"),
)
"""The analysis of a recording, and the order to make it. `report` is `screenpop.analysis.model.Report` without its
transcript; `beat_at`: when its worker last said that it lives. `part`: "words" orders only what follows from the
transcript that there is. What reports add up stands beside the report: the agent's longest monologue in seconds, how
often the agent interrupted, and the share of silence."""

transcript = Table(
    "transcript",
    metadata,
    Column("recording_id", Text, ForeignKey("recording.id", ondelete="CASCADE"), primary_key=True),
    Column("call_id", Text, nullable=False, index=True),
    text_("language"),
    text_("engine"),
    json_("segments"),
    time_("created_at"),
)
"""Who said what: `segments` is a list of `screenpop.analysis.model.Segment`."""

word_tracker = Table(
    "word_tracker",
    metadata,
    id_(),
    Column("name", Text, nullable=False, unique=True),
    text_("kind"),
    text_("side"),
    json_("phrases"),
    number_("within_seconds"),
    flag_("alert"),
    flag_("active", True),
    number_("sort"),
    time_("updated_at"),
)
"""Words and phrases that are looked for in every transcript. `kind` is one of `screenpop.analysis.tracking.Kind`;
`side`: agent, customer, or "" for both; `within_seconds` of the begin of the conversation, 0 for all of it."""

tracker_hit = Table(
    "tracker_hit",
    metadata,
    id_(),
    Column("tracker_id", Text, ForeignKey("word_tracker.id", ondelete="CASCADE"), nullable=False),
    Column("call_id", Text, nullable=False, index=True),
    Column("recording_id", Text, ForeignKey("recording.id", ondelete="CASCADE"), nullable=False, index=True),
    text_("side"),
    seconds_("at_second"),
    seconds_("end_second"),
    text_("text"),
    Index("ix_tracker_hit_tracker_id_call_id", "tracker_id", "call_id"),
)

score_card = Table(
    "score_card",
    metadata,
    id_(),
    Column("name", Text, nullable=False, unique=True),
    json_("scope"),
    flag_("active", True),
    number_("sort"),
    time_("updated_at"),
)
"""`scope`: which calls it is for, `{"queues": [], "directions": [], "teams": []}`; an empty list does not mind."""

score_question = Table(
    "score_question",
    metadata,
    id_(),
    Column("card_id", Text, ForeignKey("score_card.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("kind", Text, nullable=False),
    number_("weight", 1),
    json_("rule"),
    flag_("active", True),
    number_("sort"),
)
"""`kind`: yes_no, scale, or auto; `rule` says what an automatic one measures."""

review = Table(
    "review",
    metadata,
    id_(),
    Column("call_id", Text, nullable=False, index=True),
    Column("card_id", Text, ForeignKey("score_card.id", ondelete="CASCADE"), nullable=False),
    Column("reviewer", Text, nullable=False),
    json_("answers"),
    Column("score", sa.Float),
    text_("comment"),
    time_("created_at"),
    time_("updated_at"),
    maybe_time_("done_at"),
    sa.UniqueConstraint("call_id", "card_id", "reviewer"),
)
"""One reviewer's score card of a call; reviewer "system" answered the automatic questions. `score` is 0 to 100;
a person's is a draft, and counts nowhere, before `done_at`."""

share_link = Table(
    "share_link",
    metadata,
    id_(),
    Column("recording_id", Text, ForeignKey("recording.id", ondelete="CASCADE"), nullable=False, index=True),
    text_("created_by"),
    time_("created_at"),
    time_("expires_at"),
    maybe_time_("revoked_at"),
    flag_("may_download"),
    number_("opened"),
)
"""`id` is the hash of the link's token, never the token."""

report_schedule = Table(
    "report_schedule",
    metadata,
    id_(),
    Column("name", Text, nullable=False),
    Column("owner", Text, ForeignKey("user.id", ondelete="CASCADE"), nullable=False),
    Column("query", Text, nullable=False),
    text_("view", "overview"),
    text_("format"),
    json_("recipients"),
    json_("cadence"),
    flag_("active", True),
    maybe_time_("next_at"),
    maybe_time_("retry_at"),
    number_("tries"),
    maybe_time_("handing_at"),
    maybe_time_("sent_at"),
    text_("problem"),
    time_("created_at"),
    Index("ix_report_schedule_next_at", "next_at"),
)
"""A report that is mailed again and again. `next_at`: for which moment the next one is; `handing_at`: since then it is
being given to the mail server, and what became of it is not written yet; `retry_at`: not before then again."""
