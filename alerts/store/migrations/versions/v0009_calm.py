"""Silences and snoozes, each with an end and an author; storms of new cases."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("storm", sa.String(255)))
    op.create_index("ix_cases_storm", "cases", ["storm"])
    op.create_table(
        "calm",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("codec", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_calm"),
    )
    op.create_table(
        "silences",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("from_wall_ns", sa.BigInteger(), nullable=False),
        sa.Column("until_wall_ns", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recipient", sa.String(64)),
        sa.Column("case_id", sa.String(255)),
        sa.Column("camera_id", sa.String(64)),
        sa.Column("fence_id", sa.String(64)),
        sa.Column("scenario_id", sa.String(64)),
        sa.Column("over_wall_ns", sa.BigInteger()),
        sa.Column("lifted_by", sa.String(64)),
        sa.PrimaryKeyConstraint("number", name="pk_silences"),
    )
    op.create_index("ix_silences_over_wall_ns", "silences", ["over_wall_ns"])


def downgrade() -> None:
    op.drop_table("calm")
    op.drop_index("ix_cases_storm", "cases")
    with op.batch_alter_table("cases") as cases:
        cases.drop_column("storm")
    op.drop_index("ix_silences_over_wall_ns", "silences")
    op.drop_table("silences")
    op.execute("DELETE FROM meta WHERE name = 'silence'")
