"""What stands there is measured: its share of the fence, and the width that is left."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("occupied_share", "clear_width_m"):
        op.add_column("cases", sa.Column(name, sa.Float()))


def downgrade() -> None:
    with op.batch_alter_table("cases") as cases:
        for name in ("occupied_share", "clear_width_m"):
            cases.drop_column(name)
