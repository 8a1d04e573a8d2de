"""A camera's state may say when it ends by itself."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cameras", sa.Column("until_wall_ns", sa.BigInteger()))


def downgrade() -> None:
    with op.batch_alter_table("cameras") as cameras:
        cameras.drop_column("until_wall_ns")
