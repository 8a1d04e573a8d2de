"""The first tables: cases and their log, outbox, checkpoints, cameras, counters."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_cases()
    _create_case_log()
    _create_outbox()
    _create_cameras_and_checkpoints()
    op.create_table(
        "meta",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_meta"),
    )


def downgrade() -> None:
    for table in ("meta", "checkpoints", "cameras", "outbox", "case_log", "cases"):
        op.drop_table(table)


def _create_cases() -> None:
    names = ("violation", "violation_wall_ns")
    times = ("opened", "since", "updated")
    clocks = ("wall_ns", "media_ns")
    op.create_table(
        "cases",
        sa.Column("case_id", sa.String(255), nullable=False),
        *(sa.Column(f"{key}_id", sa.String(64), nullable=False) for key in _PLACE),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in names),
        sa.Column("seq", sa.Integer(), nullable=False),
        *(
            sa.Column(f"{time}_{clock}", sa.BigInteger(), nullable=False)
            for time in times
            for clock in clocks
        ),
        *(sa.Column(f"cleared_{clock}", sa.BigInteger()) for clock in clocks),
        sa.Column("close_reason", sa.String(64)),
        sa.Column("box", sa.Text()),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.Column("named_by", sa.String(64), nullable=False),
        sa.Column("sightings", sa.Integer(), nullable=False),
        sa.Column("recipients", sa.Text(), nullable=False),
        sa.Column("picture", sa.Text()),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name="pk_cases"),
        sa.UniqueConstraint("ordinal", name="uq_cases_ordinal"),
    )
    place = [f"{key}_id" for key in _PLACE]
    op.create_index("ix_cases_place", "cases", place)
    op.create_index(
        "uq_cases_one_open",
        "cases",
        place,
        unique=True,
        sqlite_where=sa.text("is_open = 1"),
        postgresql_where=sa.text("is_open = true"),
    )


_PLACE = ("camera", "fence", "scenario")


def _create_case_log() -> None:
    op.create_table(
        "case_log",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("case_id", sa.String(255), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(255), nullable=False),
        sa.Column("wall_ns", sa.BigInteger(), nullable=False),
        sa.Column("media_ns", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.String(255)),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name="fk_case_log_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_case_log"),
        sa.UniqueConstraint("case_id", "version", name="uq_case_log_case_id"),
        sa.UniqueConstraint("event_id", name="uq_case_log_event_id"),
        sqlite_autoincrement=True,
    )


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("topic", sa.String(512), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("retained", sa.Boolean(), nullable=False),
        sa.Column("wall_ns", sa.BigInteger(), nullable=False),
        sa.Column("sent_wall_ns", sa.BigInteger()),
        sa.Column("superseded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_unsent", "outbox", ["sent_wall_ns", "id"])


def _create_cameras_and_checkpoints() -> None:
    op.create_table(
        "cameras",
        sa.Column("camera_id", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("since_wall_ns", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("camera_id", name="pk_cameras"),
    )
    op.create_table(
        "checkpoints",
        sa.Column("camera_id", sa.String(64), nullable=False),
        sa.Column("fence_id", sa.String(64), nullable=False),
        sa.Column("codec", sa.Text(), nullable=False),
        sa.Column("media_ns", sa.BigInteger(), nullable=False),
        sa.Column("wall_ns", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("camera_id", "fence_id", name="pk_checkpoints"),
    )
