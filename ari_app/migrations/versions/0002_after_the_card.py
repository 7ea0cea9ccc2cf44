"""What comes after the card: the story of a call, recordings, analyses, score cards, reports."""

import sqlalchemy as sa
from alembic import op

from ari_app.migrations.words import fill

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WORD_INDEX = (
    """CREATE VIRTUAL TABLE call_fts USING fts5(
        text, content='call_text', content_rowid='row', tokenize='unicode61 remove_diacritics 2', prefix='3')""",
    """CREATE TRIGGER call_fts_insert AFTER INSERT ON call_text BEGIN
        INSERT INTO call_fts(rowid, text) VALUES (new.row, new.text); END""",
    """CREATE TRIGGER call_fts_delete AFTER DELETE ON call_text BEGIN
        INSERT INTO call_fts(call_fts, rowid, text) VALUES ('delete', old.row, old.text); END""",
    """CREATE TRIGGER call_fts_update AFTER UPDATE ON call_text BEGIN
        INSERT INTO call_fts(call_fts, rowid, text) VALUES ('delete', old.row, old.text);
        INSERT INTO call_fts(rowid, text) VALUES (new.row, new.text); END""",
    """CREATE VIRTUAL TABLE call_number_fts USING fts5(
        number, content='call_number', content_rowid='row', tokenize='trigram', columnsize=0)""",
    """CREATE TRIGGER call_number_insert AFTER INSERT ON call_number BEGIN
        INSERT INTO call_number_fts(rowid, number) VALUES (new.row, new.number); END""",
    """CREATE TRIGGER call_insert_number AFTER INSERT ON call WHEN new.number != '' BEGIN
        INSERT INTO call_number(number) SELECT new.number
        WHERE NOT EXISTS (SELECT 1 FROM call_number WHERE number = new.number); END""",
    """CREATE TRIGGER call_update_number AFTER UPDATE OF number ON call WHEN new.number NOT IN ('', old.number) BEGIN
        INSERT INTO call_number(number) SELECT new.number
        WHERE NOT EXISTS (SELECT 1 FROM call_number WHERE number = new.number); END""",
    """INSERT INTO call_number(number) SELECT DISTINCT number FROM call WHERE number != ''""",
)


def upgrade() -> None:
    """Make the tables, and the index by which calls are found by their words."""
    _call_event()
    _call_number()
    _recording()
    _score_card()
    _word_tracker()
    _analysis()
    _report_schedule()
    _review()
    _saved_filter()
    _score_question()
    _share_link()
    _tracker_hit()
    _transcript()
    _call_alias()
    _call_comment()
    _call_tag()
    _call_text()
    _more_call()
    if op.get_bind().dialect.name == "sqlite":
        for statement in WORD_INDEX:
            op.execute(statement)
    fill(op.get_bind())


def _call_event() -> None:
    op.create_table(
        "call_event",
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("call_id", "seq", name="pk_call_event"),
    )


def _call_number() -> None:
    op.create_table(
        "call_number",
        sa.Column("row", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("row", name="pk_call_number"),
        sa.UniqueConstraint("number", name="uq_call_number_number"),
    )


def _recording() -> None:
    op.create_table(
        "recording",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("key", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("format", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("size", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("sha256", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("seconds", sa.Float(), server_default=sa.text("0"), nullable=False),
        sa.Column("gaps", sa.JSON(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("peaks", sa.LargeBinary(), nullable=True),
        sa.Column("problem", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("held", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("held_by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("held_why", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("deleted_why", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.CheckConstraint(
            "state IN ('recording', 'waiting', 'stored', 'failed', 'missing', 'deleted')",
            name=op.f("ck_recording_state"),
        ),
        sa.PrimaryKeyConstraint("id", name="pk_recording"),
        sa.UniqueConstraint("name", name="uq_recording_name"),
    )
    op.create_index("ix_recording_call_id", "recording", ["call_id"], unique=False)
    op.create_index("ix_recording_state_started_at", "recording", ["state", "started_at"], unique=False)


def _score_card() -> None:
    op.create_table(
        "score_card",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scope", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("sort", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_score_card"),
        sa.UniqueConstraint("name", name="uq_score_card_name"),
    )


def _word_tracker() -> None:
    op.create_table(
        "word_tracker",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("side", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("phrases", sa.JSON(), nullable=False),
        sa.Column("within_seconds", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("alert", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("sort", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_word_tracker"),
        sa.UniqueConstraint("name", name="uq_word_tracker_name"),
    )


def _analysis() -> None:
    op.create_table(
        "analysis",
        sa.Column("recording_id", sa.Text(), nullable=False),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("progress", sa.Float(), server_default=sa.text("0"), nullable=False),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("worker", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("problem", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("part", sa.Text(), server_default=sa.text("'all'"), nullable=False),
        sa.Column("longest_s", sa.Float(), nullable=True),
        sa.Column("interruptions", sa.Integer(), nullable=True),
        sa.Column("silence_share", sa.Float(), nullable=True),
        sa.Column("report", sa.JSON(), nullable=True),
        sa.CheckConstraint("part IN ('all', 'words')", name=op.f("ck_analysis_part")),
        sa.CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name=op.f("ck_analysis_state")),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recording.id"], name="fk_analysis_recording_id_recording", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("recording_id", name="pk_analysis"),
    )
    op.create_index("ix_analysis_call_id", "analysis", ["call_id"], unique=False)
    op.create_index("ix_analysis_state_asked_at", "analysis", ["state", "asked_at"], unique=False)


def _report_schedule() -> None:
    op.create_table(
        "report_schedule",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("view", sa.Text(), server_default=sa.text("'overview'"), nullable=False),
        sa.Column("format", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("recipients", sa.JSON(), nullable=False),
        sa.Column("cadence", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("handing_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["owner"], ["user.id"], name="fk_report_schedule_owner_user", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_report_schedule"),
    )
    op.create_index("ix_report_schedule_next_at", "report_schedule", ["next_at"], unique=False)


def _review() -> None:
    op.create_table(
        "review",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("card_id", sa.Text(), nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("comment", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["card_id"], ["score_card.id"], name="fk_review_card_id_score_card", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_review"),
        sa.UniqueConstraint("call_id", "card_id", "reviewer", name="uq_review_call_id_card_id_reviewer"),
    )
    op.create_index("ix_review_call_id", "review", ["call_id"], unique=False)


def _saved_filter() -> None:
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("sort", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_saved_filter_user_id_user", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_saved_filter"),
    )
    op.create_index("ix_saved_filter_user_id", "saved_filter", ["user_id"], unique=False)


def _score_question() -> None:
    op.create_table(
        "score_question",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("card_id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("weight", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("sort", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(
            ["card_id"], ["score_card.id"], name="fk_score_question_card_id_score_card", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_score_question"),
    )
    op.create_index("ix_score_question_card_id", "score_question", ["card_id"], unique=False)


def _share_link() -> None:
    op.create_table(
        "share_link",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("recording_id", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("may_download", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("opened", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recording.id"], name="fk_share_link_recording_id_recording", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_share_link"),
    )
    op.create_index("ix_share_link_recording_id", "share_link", ["recording_id"], unique=False)


def _tracker_hit() -> None:
    op.create_table(
        "tracker_hit",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("tracker_id", sa.Text(), nullable=False),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("recording_id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("at_second", sa.Float(), server_default=sa.text("0"), nullable=False),
        sa.Column("end_second", sa.Float(), server_default=sa.text("0"), nullable=False),
        sa.Column("text", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recording.id"], name="fk_tracker_hit_recording_id_recording", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tracker_id"], ["word_tracker.id"], name="fk_tracker_hit_tracker_id_word_tracker", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_tracker_hit"),
    )
    op.create_index("ix_tracker_hit_call_id", "tracker_hit", ["call_id"], unique=False)
    op.create_index("ix_tracker_hit_recording_id", "tracker_hit", ["recording_id"], unique=False)
    op.create_index("ix_tracker_hit_tracker_id_call_id", "tracker_hit", ["tracker_id", "call_id"], unique=False)


def _transcript() -> None:
    op.create_table(
        "transcript",
        sa.Column("recording_id", sa.Text(), nullable=False),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("engine", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("segments", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recording.id"], name="fk_transcript_recording_id_recording", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("recording_id", name="pk_transcript"),
    )
    op.create_index("ix_transcript_call_id", "transcript", ["call_id"], unique=False)


def _call_alias() -> None:
    op.create_table(
        "call_alias",
        sa.Column("gone", sa.Text(), nullable=False),
        sa.Column("kept", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["kept"], ["call.id"], name="fk_call_alias_kept_call", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("gone", name="pk_call_alias"),
    )
    op.create_index("ix_call_alias_kept", "call_alias", ["kept"], unique=False)


def _call_comment() -> None:
    op.create_table(
        "call_comment",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("recording_id", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("author", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("at_second", sa.Float(), server_default=sa.text("0"), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name="fk_call_comment_call_id_call", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_call_comment"),
    )
    op.create_index("ix_call_comment_call_id", "call_comment", ["call_id"], unique=False)


def _call_tag() -> None:
    op.create_table(
        "call_tag",
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name="fk_call_tag_call_id_call", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("call_id", "tag", name="pk_call_tag"),
    )
    op.create_index("ix_call_tag_tag_call_id", "call_tag", ["tag", "call_id"], unique=False)


def _call_text() -> None:
    op.create_table(
        "call_text",
        sa.Column("row", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name="fk_call_text_call_id_call", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("row", name="pk_call_text"),
        sa.UniqueConstraint("call_id", name="uq_call_text_call_id"),
    )


def _more_call() -> None:
    op.add_column("call", sa.Column("up_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("call", sa.Column("ring_seconds", sa.Float(), server_default=sa.text("0"), nullable=False))
    op.add_column("call", sa.Column("wait_seconds", sa.Float(), server_default=sa.text("0"), nullable=False))
    op.add_column("call", sa.Column("hold_seconds", sa.Float(), server_default=sa.text("0"), nullable=False))
    op.add_column("call", sa.Column("holds", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("call", sa.Column("transfers", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("call", sa.Column("identified_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("call", sa.Column("follow_up_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("call", sa.Column("follow_up_user", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("call", sa.Column("follow_up_done_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("call", sa.Column("recorded", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("call", sa.Column("score", sa.Float(), nullable=True))
    op.add_column("call", sa.Column("sentiment", sa.Float(), nullable=True))
    op.add_column("call", sa.Column("talk_share", sa.Float(), nullable=True))
    op.create_index("ix_call_direction_started_at", "call", ["direction", "started_at"], unique=False)
    op.create_index("ix_call_disposition_started_at", "call", ["disposition", "started_at"], unique=False)
    op.create_index(
        "ix_call_follow_up_at", "call", ["follow_up_at"], unique=False, sqlite_where=sa.text("follow_up_at IS NOT NULL")
    )
    op.create_index(
        "ix_call_follow_up_user", "call", ["follow_up_user"], unique=False, sqlite_where=sa.text("follow_up_user != ''")
    )
    op.create_index("ix_call_line_started_at", "call", ["line", "started_at"], unique=False)
    op.create_index("ix_call_queue_started_at", "call", ["queue", "started_at"], unique=False)
    op.create_index("ix_call_recorded_started_at", "call", ["recorded", "started_at"], unique=False)
    op.create_index("ix_call_result_started_at", "call", ["result", "started_at"], unique=False)
    op.create_index(
        "ix_call_score_started_at",
        "call",
        ["score", "started_at"],
        unique=False,
        sqlite_where=sa.text("score IS NOT NULL"),
    )
    op.create_index(
        "ix_call_sentiment_started_at",
        "call",
        ["sentiment", "started_at"],
        unique=False,
        sqlite_where=sa.text("sentiment IS NOT NULL"),
    )
    op.create_index("ix_call_talk_seconds_started_at", "call", ["talk_seconds", "started_at"], unique=False)
    op.create_index(
        "ix_call_unanswered", "call", ["started_at", "to"], unique=False, sqlite_where=sa.text("answered_at IS NULL")
    )
    op.create_index("ix_call_user_id_started_at", "call", ["user_id", "started_at"], unique=False)
    op.create_index("ix_call_wait_seconds_started_at", "call", ["wait_seconds", "started_at"], unique=False)
    op.add_column("customer", sa.Column("record", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("user", sa.Column("team", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("user", sa.Column("rights", sa.JSON(), server_default=sa.text("'{}'"), nullable=False))
