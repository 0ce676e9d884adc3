"""A document has a type, pages, an end, and may wait for its form or for the antivirus. Every file is kept as it is."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KEPT_FOR = timedelta(days=365)
"""From now: what these are is not known, and the longest time of any is a prescription's."""


def upgrade() -> None:
    end = sa.DateTime(timezone=True)
    with op.batch_alter_table("document") as table:
        table.add_column(sa.Column("type", sa.String(), nullable=True))
        table.add_column(sa.Column("pages", sa.Integer(), nullable=True))
        table.add_column(sa.Column("waits", sa.Boolean(), nullable=True))
        table.add_column(sa.Column("expires_at", end, nullable=True))
        table.add_column(sa.Column("scan_at", end, nullable=True))
    document = sa.table("document", *(sa.column(name) for name in ("type", "waits")), sa.column("expires_at", end))
    op.execute(document.update().values(type="other", waits=False, expires_at=datetime.now(UTC) + KEPT_FOR))
    with op.batch_alter_table("document") as table:
        table.alter_column("type", existing_type=sa.String(), nullable=False)
        table.alter_column("waits", existing_type=sa.Boolean(), nullable=False)
        table.alter_column("expires_at", existing_type=end, nullable=False)
        table.create_index("ix_document_added_by_id_waits", ["added_by_id", "waits"])
        table.create_index("ix_document_expires_at", ["expires_at"])
        table.create_index("ix_document_scan_at", ["scan_at"])
    with op.batch_alter_table("draft") as table:
        table.alter_column("had_files", existing_type=sa.Boolean(), new_column_name="lost_files")


def downgrade() -> None:
    with op.batch_alter_table("draft") as table:
        table.alter_column("lost_files", existing_type=sa.Boolean(), new_column_name="had_files")
    # What waits is joined to nothing: before, nothing of that kind was kept.
    document = sa.table("document", sa.column("waits", sa.Boolean()))
    op.execute(document.delete().where(document.c.waits))
    with op.batch_alter_table("document") as table:
        for index in ("scan_at", "expires_at", "added_by_id_waits"):
            table.drop_index(f"ix_document_{index}")
        for column in ("scan_at", "expires_at", "waits", "pages", "type"):
            table.drop_column(column)
