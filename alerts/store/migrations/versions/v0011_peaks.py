"""How a case was at its worst, with the pictures of it."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("peak", sa.Text()))


def downgrade() -> None:
    with op.batch_alter_table("cases") as cases:
        cases.drop_column("peak")
