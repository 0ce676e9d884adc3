"""How a patient reads, and where she is reminded. Every space is kept as it was."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("patient_space", sa.Column("email", sa.Text(), nullable=True))
    op.add_column("patient_space", sa.Column("language", sa.String(), nullable=True))
    op.add_column("patient_space", sa.Column("large", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("patient_space") as table:
        table.alter_column("large", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("patient_space") as table:
        for name in ("email", "language", "large"):
            table.drop_column(name)
