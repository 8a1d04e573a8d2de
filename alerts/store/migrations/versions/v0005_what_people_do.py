"""People act on cases: who has it and until when, what was verified, and answers to commands."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_CASES: dict[str, sa.types.TypeEngine[Any]] = {
    "accepted_by": sa.String(64),
    "accepted_wall_ns": sa.BigInteger(),
    "handled_by": sa.String(64),
    "handled_wall_ns": sa.BigInteger(),
    "after_picture": sa.Text(),
    "verification": sa.String(16),
    "extended_until_wall_ns": sa.BigInteger(),
    "suspended_until_wall_ns": sa.BigInteger(),
    "reported_by": sa.String(64),
    "report": sa.Text(),
}
_LOG: dict[str, sa.types.TypeEngine[Any]] = {
    "words": sa.Text(),
    "picture": sa.Text(),
    "until_wall_ns": sa.BigInteger(),
}


def upgrade() -> None:
    for name, kind in _CASES.items():
        op.add_column("cases", sa.Column(name, kind))
    for name, kind in _LOG.items():
        op.add_column("case_log", sa.Column(name, kind))
    op.create_index("ix_cases_state", "cases", ["state"])
    op.create_table(
        "answers",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("request_id", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("wall_ns", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_answers"),
        sa.UniqueConstraint("request_id", name="uq_answers_request_id"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("answers")
    op.drop_index("ix_cases_state", "cases")
    with op.batch_alter_table("case_log") as log:
        for name in _LOG:
            log.drop_column(name)
    with op.batch_alter_table("cases") as cases:
        for name in _CASES:
            cases.drop_column(name)
