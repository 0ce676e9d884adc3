"""What a patient says of a visit, and a space of her own that her card opens."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

SAID: dict[str, sa.types.TypeEngine[object]] = {
    "patient_reason": sa.String(),
    "call_asked_at": sa.DateTime(timezone=True),
    "came": sa.Boolean(),
    "remind_at": sa.DateTime(timezone=True),
}


def upgrade() -> None:
    for name, kind in SAID.items():
        op.add_column("appointment", sa.Column(name, kind, nullable=True))
    op.add_column("appointment", sa.Column("wished", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("appointment") as table:
        table.alter_column("wished", server_default=None)
    op.create_index("ix_appointment_remind_at", "appointment", ["remind_at"])
    op.create_table(
        "patient_space",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("calendar_token", sa.Text(), nullable=False),
        sa.Column("code_words", sa.Text(), nullable=False),
        sa.Column("reminders", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_patient_space_patient_id_patient")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient_space")),
        sa.UniqueConstraint("patient_id", name=op.f("uq_patient_space_patient_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_patient_space_token_hash")),
    )


def downgrade() -> None:
    op.drop_table("patient_space")
    op.drop_index("ix_appointment_remind_at", "appointment")
    with op.batch_alter_table("appointment") as table:
        for name in ("wished", *SAID):
            table.drop_column(name)
