"""Attention: when a person may be disturbed, and what waits for that"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "push_alert",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("notice", sa.JSON(), nullable=True),
        sa.Column("rings_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rang_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest_id", sa.Uuid(), nullable=True),
        sa.Column("over", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_push_alert_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_alert")),
    )
    with op.batch_alter_table("push_alert", schema=None) as batch_op:
        batch_op.create_index(
            "ix_push_alert_digest",
            ["digest_id"],
            unique=False,
            sqlite_where=sa.text("digest_id IS NOT NULL"),
            postgresql_where=sa.text("digest_id IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_push_alert_subject_id"), ["subject_id"], unique=False)
        batch_op.create_index("ix_push_alert_told", ["account_id", "rang_at"], unique=False)
        batch_op.create_index(
            "ix_push_alert_waiting",
            ["rings_at"],
            unique=False,
            sqlite_where=sa.text("rings_at IS NOT NULL"),
            postgresql_where=sa.text("rings_at IS NOT NULL"),
        )

    op.create_table(
        "push_attention",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("quiet", sa.Boolean(), nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=False),
        sa.Column("quiet_until", sa.Time(), nullable=False),
        sa.Column("quiet_days", sa.String(), nullable=False),
        sa.Column("daily_cap", sa.Integer(), nullable=True),
        sa.Column("grouped", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_push_attention_account_id_account")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_push_attention")),
    )


def downgrade() -> None:
    op.drop_table("push_attention")
    with op.batch_alter_table("push_alert", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_push_alert_waiting",
            sqlite_where=sa.text("rings_at IS NOT NULL"),
            postgresql_where=sa.text("rings_at IS NOT NULL"),
        )
        batch_op.drop_index("ix_push_alert_told")
        batch_op.drop_index(batch_op.f("ix_push_alert_subject_id"))
        batch_op.drop_index(
            "ix_push_alert_digest",
            sqlite_where=sa.text("digest_id IS NOT NULL"),
            postgresql_where=sa.text("digest_id IS NOT NULL"),
        )

    op.drop_table("push_alert")
