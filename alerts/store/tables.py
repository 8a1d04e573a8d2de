"""The tables, as SQLAlchemy Core. Times are nanoseconds in 64-bit integers.

The migrations are the truth of what a database looks like; a test holds the two together.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    true,
)

NEWEST = "0011"
"""The version of a database with these tables: the last of ``migrations/versions``."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_ID = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows only in INTEGER

cases = Table(
    "cases",
    metadata,
    Column("case_id", String(255), primary_key=True),
    Column("camera_id", String(64), nullable=False),
    Column("fence_id", String(64), nullable=False),
    Column("scenario_id", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("violation", BigInteger, nullable=False),
    Column("violation_wall_ns", BigInteger, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("opened_wall_ns", BigInteger, nullable=False),
    Column("opened_media_ns", BigInteger, nullable=False),
    Column("since_wall_ns", BigInteger, nullable=False),
    Column("since_media_ns", BigInteger, nullable=False),
    Column("updated_wall_ns", BigInteger, nullable=False),
    Column("updated_media_ns", BigInteger, nullable=False),
    Column("cleared_wall_ns", BigInteger),
    Column("cleared_media_ns", BigInteger),
    Column("close_reason", String(64)),
    Column("box", Text),
    Column("labels", Text, nullable=False),
    Column("named_by", String(64), nullable=False),
    Column("sightings", Integer, nullable=False),
    Column("occupied_share", Float),
    Column("clear_width_m", Float),
    Column("recipients", Text, nullable=False),
    Column("picture", Text),
    Column("clip", Text),
    Column("accepted_by", String(64)),
    Column("accepted_wall_ns", BigInteger),
    Column("handled_by", String(64)),
    Column("handled_wall_ns", BigInteger),
    Column("after_picture", Text),
    Column("verification", String(16)),
    Column("extended_until_wall_ns", BigInteger),
    Column("suspended_until_wall_ns", BigInteger),
    Column("reported_by", String(64)),
    Column("report", Text),
    Column("accept_due_wall_ns", BigInteger),
    Column("handle_due_wall_ns", BigInteger),
    Column("storm", String(255)),
    Column("held_by", String(64)),
    Column("peak", Text),
    Column("log_sha256", String(64)),
    Column("ordinal", BigInteger, nullable=False, unique=True),
)
"""One row per case, in its newest version. ``ordinal`` keeps the order of first opening,
whatever the clocks did. ``box``, ``labels``, ``recipients``, ``clip`` and ``peak`` are JSON.
``log_sha256`` is the hash of the newest entry in its log."""

Index(
    "uq_cases_one_open",
    cases.c.camera_id,
    cases.c.fence_id,
    cases.c.scenario_id,
    unique=True,
    sqlite_where=cases.c.is_open == true(),
    postgresql_where=cases.c.is_open == true(),
)
Index("ix_cases_state", cases.c.state)
Index("ix_cases_storm", cases.c.storm)
Index("ix_cases_place", cases.c.camera_id, cases.c.fence_id, cases.c.scenario_id)

case_log = Table(
    "case_log",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("case_id", ForeignKey("cases.case_id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("actor", String(64), nullable=False),
    Column("reason", String(255), nullable=False),
    Column("wall_ns", BigInteger, nullable=False),
    Column("media_ns", BigInteger, nullable=False),
    Column("event_id", String(255), unique=True),
    Column("words", Text),
    Column("picture", Text),
    Column("until_wall_ns", BigInteger),
    Column("files", Text),
    Column("case_sha256", String(64)),
    Column("sha256", String(64)),
    UniqueConstraint("case_id", "version"),
    sqlite_autoincrement=True,
)
"""The audit log: every transition of every case. ``event_id`` is what makes events count once;
``files`` (JSON), ``case_sha256`` and ``sha256`` are its seal, see :mod:`alerts.chain`."""

evidence_files = Table(
    "evidence_files",
    metadata,
    Column("path", String(512), primary_key=True),
    Column("case_id", ForeignKey("cases.case_id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("wall_ns", BigInteger, nullable=False),
    Column("removed", Boolean, nullable=False),
)
"""What the log says of files, to count and to find the oldest. ``removed``: told to be gone, and
not yet taken off the disk."""

Index("ix_evidence_files_kind", evidence_files.c.kind, evidence_files.c.wall_ns)

steps = Table(
    "steps",
    metadata,
    Column("key", String(320), primary_key=True),
    Column("case_id", ForeignKey("cases.case_id"), nullable=False),
    Column("wall_ns", BigInteger, nullable=False),
)
"""What was done because of deadlines; the key is what makes it happen once."""

Index("ix_steps_case_id", steps.c.case_id)

held = Table(
    "held",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("case_id", ForeignKey("cases.case_id"), nullable=False),
    Column("recipient", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("topic", String(512), nullable=False),
    Column("payload", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("until_wall_ns", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)
"""Pushes that wait for the end of somebody's quiet hours."""

Index("ix_held_until_wall_ns", held.c.until_wall_ns)

silences = Table(
    "silences",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("from_wall_ns", BigInteger, nullable=False),
    Column("until_wall_ns", BigInteger, nullable=False),
    Column("author", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("recipient", String(64)),
    Column("case_id", String(255)),
    Column("camera_id", String(64)),
    Column("fence_id", String(64)),
    Column("scenario_id", String(64)),
    Column("over_wall_ns", BigInteger),
    Column("lifted_by", String(64)),
)
"""Silences and, with a ``recipient``, snoozes. What is NULL of a place is not asked for."""

Index("ix_silences_over_wall_ns", silences.c.over_wall_ns)

calm = Table(
    "calm",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("codec", Text, nullable=False),
)
"""New cases of late and the storms that they make, as JSON in one row."""

outbox = Table(
    "outbox",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("topic", String(512), nullable=False),
    Column("payload", Text, nullable=False),
    Column("retained", Boolean, nullable=False),
    Column("wall_ns", BigInteger, nullable=False),
    Column("sent_wall_ns", BigInteger),
    Column("superseded", Boolean, nullable=False, default=False),
    sqlite_autoincrement=True,
)
"""Messages in the order in which they were written; sent once the broker has acknowledged."""

Index("ix_outbox_unsent", outbox.c.sent_wall_ns, outbox.c.id)

push_deliveries = Table(
    "push_deliveries",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("event_id", String(255), nullable=False),
    Column("case_id", String(255), nullable=False),
    Column("recipient_id", String(64), nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("picture", Text),
    Column("wall_ns", BigInteger, nullable=False),
    Column("due_wall_ns", BigInteger, nullable=False),
    Column("standing", String(16), nullable=False),
    Column("channel", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("done_wall_ns", BigInteger),
    Column("via", String(64)),
    Column("problem", Text),
    sqlite_autoincrement=True,
)
"""Letters over channels of people's own, and how far each of them is."""

Index("ix_push_deliveries_standing", push_deliveries.c.standing, push_deliveries.c.id)

answers = Table(
    "answers",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("request_id", String(64), nullable=False, unique=True),
    Column("digest", String(64), nullable=False),
    Column("answer", Text, nullable=False),
    Column("wall_ns", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)
"""What commands were answered, so that one that comes again is answered the same."""

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("camera_id", String(64), primary_key=True),
    Column("fence_id", String(64), primary_key=True),
    Column("codec", Text, nullable=False),
    Column("media_ns", BigInteger, nullable=False),
    Column("wall_ns", BigInteger, nullable=False),
)

cameras = Table(
    "cameras",
    metadata,
    Column("camera_id", String(64), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("since_wall_ns", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("until_wall_ns", BigInteger),
)

meta = Table(
    "meta",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", BigInteger, nullable=False),
)
"""Counters of this node: ``seq`` of notices, ``ordinal`` of cases; ``sealed_after``: the last line
of the log that was written before there were seals."""
