"""Letters over channels of people's own: what is to be delivered, and how far it is."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "push_deliveries",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("event_id", sa.String(255), nullable=False),
        sa.Column("case_id", sa.String(255), nullable=False),
        sa.Column("recipient_id", sa.String(64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("picture", sa.Text()),
        sa.Column("wall_ns", sa.BigInteger(), nullable=False),
        sa.Column("due_wall_ns", sa.BigInteger(), nullable=False),
        sa.Column("standing", sa.String(16), nullable=False),
        sa.Column("channel", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("done_wall_ns", sa.BigInteger()),
        sa.Column("via", sa.String(64)),
        sa.Column("problem", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_push_deliveries"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_push_deliveries_standing", "push_deliveries", ["standing", "id"])


def downgrade() -> None:
    op.drop_index("ix_push_deliveries_standing", "push_deliveries")
    op.drop_table("push_deliveries")
