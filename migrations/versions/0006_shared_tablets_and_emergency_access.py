"""shared tablets and emergency access"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "tablet",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=True),
        sa.Column("prepared_by_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_tablet_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(["prepared_by_id"], ["account.id"], name=op.f("fk_tablet_prepared_by_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tablet")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_tablet_token_hash")),
    )
    with op.batch_alter_table("tablet", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tablet_organization_id"), ["organization_id"], unique=False)

    op.create_table(
        "badge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tablet_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("wrong BETWEEN 0 AND 5", name=op.f("ck_badge_wrong")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_badge_account_id_account")),
        sa.ForeignKeyConstraint(["tablet_id"], ["tablet.id"], name=op.f("fk_badge_tablet_id_tablet")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_badge")),
        sa.UniqueConstraint("tablet_id", "account_id", name=op.f("uq_badge_tablet_id_account_id")),
    )
    with op.batch_alter_table("badge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_badge_account_id"), ["account_id"], unique=False)

    op.create_table(
        "emergency_access",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("territory_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_by_id", sa.Uuid(), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("acknowledged_by_id <> account_id", name=op.f("ck_emergency_access_seen_by_another")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_emergency_access_account_id_account")),
        sa.ForeignKeyConstraint(
            ["acknowledged_by_id"], ["account.id"], name=op.f("fk_emergency_access_acknowledged_by_id_account")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_emergency_access_patient_id_patient")),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["organization.id"], name=op.f("fk_emergency_access_territory_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency_access")),
    )
    with op.batch_alter_table("emergency_access", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_emergency_access_account_id"), ["account_id"], unique=False)
        batch_op.create_index("ix_emergency_access_board", ["territory_id", "acknowledged_at"], unique=False)

    op.create_table(
        "handover",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tablet_id", sa.Uuid(), nullable=False),
        sa.Column("from_id", sa.Uuid(), nullable=True),
        sa.Column("to_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["from_id"], ["account.id"], name=op.f("fk_handover_from_id_account")),
        sa.ForeignKeyConstraint(["tablet_id"], ["tablet.id"], name=op.f("fk_handover_tablet_id_tablet")),
        sa.ForeignKeyConstraint(["to_id"], ["account.id"], name=op.f("fk_handover_to_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handover_tablet_id"), ["tablet_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_handover_to_id"), ["to_id"], unique=False)

    op.create_table(
        "tablet_ticket",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tablet_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("code_key", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_tablet_ticket_account_id_account")),
        sa.ForeignKeyConstraint(["tablet_id"], ["tablet.id"], name=op.f("fk_tablet_ticket_tablet_id_tablet")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tablet_ticket")),
        sa.UniqueConstraint("code_key", name=op.f("uq_tablet_ticket_code_key")),
    )
    with op.batch_alter_table("tablet_ticket", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tablet_ticket_tablet_id"), ["tablet_id"], unique=False)

    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("shown_by_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_invitation_shown_by_id_account"), "account", ["shown_by_id"], ["id"])

    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.add_column(sa.Column("tablet_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("only_at_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("must_read", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_index(batch_op.f("ix_sign_in_tablet_id"), ["tablet_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_sign_in_only_at_id_organization"), "organization", ["only_at_id"], ["id"]
        )
        batch_op.create_foreign_key(batch_op.f("fk_sign_in_tablet_id_tablet"), "tablet", ["tablet_id"], ["id"])
        batch_op.create_check_constraint("tablet_has_place", "(tablet_id IS NULL) = (only_at_id IS NULL)")


def downgrade() -> None:
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_constraint("tablet_has_place", type_="check")
        batch_op.drop_constraint(batch_op.f("fk_sign_in_tablet_id_tablet"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_sign_in_only_at_id_organization"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_sign_in_tablet_id"))
        batch_op.drop_column("must_read")
        batch_op.drop_column("only_at_id")
        batch_op.drop_column("tablet_id")

    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_invitation_shown_by_id_account"), type_="foreignkey")
        batch_op.drop_column("shown_by_id")

    with op.batch_alter_table("tablet_ticket", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tablet_ticket_tablet_id"))

    op.drop_table("tablet_ticket")
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_handover_to_id"))
        batch_op.drop_index(batch_op.f("ix_handover_tablet_id"))

    op.drop_table("handover")
    with op.batch_alter_table("emergency_access", schema=None) as batch_op:
        batch_op.drop_index("ix_emergency_access_board")
        batch_op.drop_index(batch_op.f("ix_emergency_access_account_id"))

    op.drop_table("emergency_access")
    with op.batch_alter_table("badge", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_badge_account_id"))

    op.drop_table("badge")
    with op.batch_alter_table("tablet", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tablet_organization_id"))

    op.drop_table("tablet")
