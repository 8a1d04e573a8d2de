"""A case has a clip of its camera's stream: path, size, SHA-256, begin and length, as JSON."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("clip", sa.Text()))


def downgrade() -> None:
    with op.batch_alter_table("cases") as cases:
        cases.drop_column("clip")
