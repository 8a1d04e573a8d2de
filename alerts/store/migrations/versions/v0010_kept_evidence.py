"""Evidence that is held, and every file with its size and age, so that old ones can go."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_LOG = "SELECT case_id, wall_ns, files FROM case_log WHERE files IS NOT NULL ORDER BY id"


def upgrade() -> None:
    op.add_column("cases", sa.Column("held_by", sa.String(64)))
    table = op.create_table(
        "evidence_files",
        sa.Column("path", sa.String(512), nullable=False),
        sa.Column("case_id", sa.String(255), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("wall_ns", sa.BigInteger(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("path", name="pk_evidence_files"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name="fk_evidence_files_case_id"),
    )
    op.create_index("ix_evidence_files_kind", "evidence_files", ["kind", "wall_ns"])
    known: dict[str, dict[str, Any]] = {}
    for case_id, wall_ns, files in op.get_bind().execute(sa.text(_LOG)):
        for file in _files(files):
            path = file["path"]
            first_ns = known.get(path, {}).get("wall_ns", wall_ns)
            kind = "pictures" if path.endswith(".jpg") else "clips"
            known[path] = {**file, "case_id": case_id, "kind": kind, "wall_ns": first_ns}
    if known:
        op.bulk_insert(table, list(known.values()))


def _files(text: str) -> list[dict[str, Any]]:
    """What cannot be read is left alone: ``kerbwatch evidence verify`` tells of it."""
    wanted = ("path", "sha256", "size_bytes", "removed")
    try:
        return [{name: one[name] for name in wanted} for one in json.loads(text)]
    except (ValueError, TypeError, KeyError):
        return []


def downgrade() -> None:
    op.drop_index("ix_evidence_files_kind", "evidence_files")
    op.drop_table("evidence_files")
    with op.batch_alter_table("cases") as cases:
        cases.drop_column("held_by")
