"""Two records of one person become one: who said so, what went along, and whether it was undone."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "patient_merge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kept_id", sa.Uuid(), nullable=False),
        sa.Column("absorbed_id", sa.Uuid(), nullable=False),
        sa.Column("merged_by_id", sa.Uuid(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["kept_id"], ["patient.id"], name="fk_patient_merge_kept_id_patient"),
        sa.ForeignKeyConstraint(["absorbed_id"], ["patient.id"], name="fk_patient_merge_absorbed_id_patient"),
        sa.ForeignKeyConstraint(["merged_by_id"], ["account.id"], name="fk_patient_merge_merged_by_id_account"),
        sa.ForeignKeyConstraint(["undone_by_id"], ["account.id"], name="fk_patient_merge_undone_by_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_patient_merge"),
    )
    op.create_index("ix_patient_merge_kept_id", "patient_merge", ["kept_id"])
    op.create_index("ix_patient_merge_absorbed_id", "patient_merge", ["absorbed_id"])


def downgrade() -> None:
    op.drop_table("patient_merge")
