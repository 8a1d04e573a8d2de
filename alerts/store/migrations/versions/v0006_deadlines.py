"""Deadlines of cases, the steps that they led to, and notices held for the morning."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_CASES = ("accept_due_wall_ns", "handle_due_wall_ns")


def upgrade() -> None:
    for name in _CASES:
        op.add_column("cases", sa.Column(name, sa.BigInteger()))
    op.create_table(
        "steps",
        sa.Column("key", sa.String(320), nullable=False),
        sa.Column("case_id", sa.String(255), nullable=False),
        sa.Column("wall_ns", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_steps"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name="fk_steps_case_id"),
    )
    op.create_index("ix_steps_case_id", "steps", ["case_id"])
    op.create_table(
        "held",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("case_id", sa.String(255), nullable=False),
        sa.Column("recipient", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("topic", sa.String(512), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("until_wall_ns", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_held"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name="fk_held_case_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_held_until_wall_ns", "held", ["until_wall_ns"])


def downgrade() -> None:
    op.drop_index("ix_held_until_wall_ns", "held")
    op.drop_table("held")
    op.drop_index("ix_steps_case_id", "steps")
    op.drop_table("steps")
    with op.batch_alter_table("cases") as cases:
        for name in _CASES:
            cases.drop_column(name)
