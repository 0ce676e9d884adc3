"""An opinion has its own clock and its answer beside its request."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0037"
down_revision: str | None = "0032"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "advice",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("look_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_role_id", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("see", sa.String(length=10), nullable=True),
        sa.Column("see_until", sa.Date(), nullable=True),
        sa.CheckConstraint("(answered_at IS NULL) = (author_id IS NULL)", name=op.f("ck_advice_answered_by_somebody")),
        sa.ForeignKeyConstraint(["request_id"], ["care_request.id"], name=op.f("fk_advice_request_id_care_request")),
        sa.ForeignKeyConstraint(
            ["reminded_role_id"], ["practitioner_role.id"], name=op.f("fk_advice_reminded_role_id_practitioner_role")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_advice_author_id_account")),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_advice")),
    )
    op.create_index("ix_advice_look_at", "advice", ["look_at"])
    op.create_index("ix_advice_author_id_answered_at", "advice", ["author_id", "answered_at"])


def downgrade() -> None:
    op.drop_table("advice")
