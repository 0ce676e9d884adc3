"""Somebody named on the telephone may have no number of the national directory."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0031"
down_revision: str | None = "0030"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("practitioner") as practitioner:
        practitioner.alter_column("rpps", existing_type=sa.String(), nullable=True)


def downgrade() -> None:
    op.execute("UPDATE practitioner SET rpps = CAST(id AS VARCHAR) WHERE rpps IS NULL")
    with op.batch_alter_table("practitioner") as practitioner:
        practitioner.alter_column("rpps", existing_type=sa.String(), nullable=False)
