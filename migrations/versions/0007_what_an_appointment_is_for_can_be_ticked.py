"""What an appointment is for can be ticked off."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("appointment") as batch:
        batch.add_column(sa.Column("ticked", sa.JSON(), nullable=True))
    op.execute(sa.text("UPDATE appointment SET ticked = '[]'"))
    with op.batch_alter_table("appointment") as batch:
        batch.alter_column("ticked", existing_type=sa.JSON(), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("appointment") as batch:
        batch.drop_column("ticked")
