"""The log of a case is chained by hash, and knows its files."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_CASES: dict[str, sa.types.TypeEngine[Any]] = {
    "log_sha256": sa.String(64),
}
_LOG: dict[str, sa.types.TypeEngine[Any]] = {
    "files": sa.Text(),
    "case_sha256": sa.String(64),
    "sha256": sa.String(64),
}


def upgrade() -> None:
    for name, kind in _CASES.items():
        op.add_column("cases", sa.Column(name, kind))
    for name, kind in _LOG.items():
        op.add_column("case_log", sa.Column(name, kind))
    # lines after the last one that is there now must be sealed; a store without any needs no mark
    op.execute(
        "INSERT INTO meta (name, value) SELECT 'sealed_after', last"
        " FROM (SELECT max(id) AS last FROM case_log) AS log WHERE last IS NOT NULL"
    )


def downgrade() -> None:
    op.execute("DELETE FROM meta WHERE name = 'sealed_after'")
    with op.batch_alter_table("case_log") as log:
        for name in _LOG:
            log.drop_column(name)
    with op.batch_alter_table("cases") as cases:
        for name in _CASES:
            cases.drop_column(name)
