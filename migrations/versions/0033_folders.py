"""Coordination folders, their teams and their lives."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0033"
down_revision: str | None = "0032"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "folder",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("territory_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("moment", sa.String(length=20), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("ask_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("informed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("informed_how", sa.String(), nullable=True),
        sa.Column("informed_by_id", sa.Uuid(), nullable=True),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ending", sa.String(length=20), nullable=True),
        sa.Column("relay", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(ended_at IS NOT NULL) = (state IN ('closed', 'objected'))", name=op.f("ck_folder_ended_somehow")
        ),
        sa.CheckConstraint("(state = 'closed') = (ending IS NOT NULL)", name=op.f("ck_folder_closed_with_reason")),
        sa.CheckConstraint(
            "state NOT IN ('proposed', 'open', 'paused') OR agreed_at IS NOT NULL",
            name=op.f("ck_folder_shared_if_agreed"),
        ),
        sa.CheckConstraint("level IN (1, 2, 3)", name=op.f("ck_folder_known_level")),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_folder_author_id_account")),
        sa.ForeignKeyConstraint(["informed_by_id"], ["account.id"], name=op.f("fk_folder_informed_by_id_account")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_folder_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_folder_patient_id_patient")),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["organization.id"], name=op.f("fk_folder_territory_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_folder")),
    )
    op.create_index("ix_folder_ask_at", "folder", ["ask_at"])
    op.create_index("ix_folder_patient_id", "folder", ["patient_id"])
    op.create_index("ix_folder_territory_id", "folder", ["territory_id"])
    op.create_index(
        "uq_folder_running",
        "folder",
        ["patient_id", "territory_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "folder_member",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("folder_id", sa.Uuid(), nullable=False),
        sa.Column("practitioner_id", sa.Uuid(), nullable=True),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("is_referent", sa.Boolean(), nullable=False),
        sa.Column("asked_to_lead_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("named_by_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_by_id", sa.Uuid(), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(organization_id IS NULL) <> (practitioner_id IS NULL)", name=op.f("ck_folder_member_one_place")
        ),
        sa.CheckConstraint(
            "account_id IS NULL OR organization_id IS NOT NULL", name=op.f("ck_folder_member_somebody_of_a_place")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_folder_member_account_id_account")),
        sa.ForeignKeyConstraint(["folder_id"], ["folder.id"], name=op.f("fk_folder_member_folder_id_folder")),
        sa.ForeignKeyConstraint(["named_by_id"], ["account.id"], name=op.f("fk_folder_member_named_by_id_account")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_folder_member_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(
            ["practitioner_id"], ["practitioner.id"], name=op.f("fk_folder_member_practitioner_id_practitioner")
        ),
        sa.ForeignKeyConstraint(["told_by_id"], ["account.id"], name=op.f("fk_folder_member_told_by_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_folder_member")),
    )
    op.create_index("ix_folder_member_account_id", "folder_member", ["account_id"])
    op.create_index("ix_folder_member_folder_id", "folder_member", ["folder_id"])
    op.create_index("ix_folder_member_organization_id", "folder_member", ["organization_id"])
    op.create_index("ix_folder_member_practitioner_id", "folder_member", ["practitioner_id"])
    op.create_index(
        "uq_folder_member_referent",
        "folder_member",
        ["folder_id"],
        unique=True,
        sqlite_where=sa.text("is_referent"),
        postgresql_where=sa.text("is_referent"),
    )
    op.create_table(
        "folder_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("folder_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=True),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_folder_step_author_id_account")),
        sa.ForeignKeyConstraint(["folder_id"], ["folder.id"], name=op.f("fk_folder_step_folder_id_folder")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_folder_step")),
    )
    op.create_index("ix_folder_step_folder_id", "folder_step", ["folder_id"])


def downgrade() -> None:
    for table in ("folder_step", "folder_member", "folder"):
        op.drop_table(table)
