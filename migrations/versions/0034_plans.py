"""Plans of coordination folders: their parts, every version of them, and what she agreed to."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0034"
down_revision: str | None = "0033"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "care_plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("folder_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["folder_id"], ["folder.id"], name=op.f("fk_care_plan_folder_id_folder")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_plan")),
        sa.UniqueConstraint("folder_id", name=op.f("uq_care_plan_folder_id")),
    )
    op.create_table(
        "care_plan_agreement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("copies", sa.Text(), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["care_plan.id"], name=op.f("fk_care_plan_agreement_plan_id_care_plan")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["account.id"], name=op.f("fk_care_plan_agreement_recorded_by_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_plan_agreement")),
    )
    op.create_index("ix_care_plan_agreement_plan_id", "care_plan_agreement", ["plan_id"])

    op.create_table(
        "care_plan_part",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=15), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["care_plan_part.id"], name=op.f("fk_care_plan_part_parent_id_care_plan_part")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["care_plan.id"], name=op.f("fk_care_plan_part_plan_id_care_plan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_plan_part")),
    )
    op.create_index("ix_care_plan_part_plan_id", "care_plan_part", ["plan_id"])

    op.create_table(
        "care_plan_action",
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("related_id", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("look_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("member_id IS NULL OR related_id IS NULL", name=op.f("ck_care_plan_action_one_owner")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["folder_member.id"], name=op.f("fk_care_plan_action_member_id_folder_member")
        ),
        sa.ForeignKeyConstraint(
            ["part_id"], ["care_plan_part.id"], name=op.f("fk_care_plan_action_part_id_care_plan_part")
        ),
        sa.ForeignKeyConstraint(
            ["related_id"],
            ["related_person.id"],
            name=op.f("fk_care_plan_action_related_id_related_person"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["care_request.id"], name=op.f("fk_care_plan_action_request_id_care_request")
        ),
        sa.PrimaryKeyConstraint("part_id", name=op.f("pk_care_plan_action")),
    )
    op.create_index("ix_care_plan_action_look_at", "care_plan_action", ["look_at"])
    op.create_index("ix_care_plan_action_member_id", "care_plan_action", ["member_id"])
    op.create_index("ix_care_plan_action_related_id", "care_plan_action", ["related_id"])
    op.create_index("ix_care_plan_action_request_id", "care_plan_action", ["request_id"])

    op.create_table(
        "care_plan_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("verb", sa.String(length=10), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=15), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_care_plan_version_author_id_account")),
        sa.ForeignKeyConstraint(
            ["part_id"], ["care_plan_part.id"], name=op.f("fk_care_plan_version_part_id_care_plan_part")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["care_plan.id"], name=op.f("fk_care_plan_version_plan_id_care_plan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_plan_version")),
        sa.UniqueConstraint("plan_id", "number", name=op.f("uq_care_plan_version_plan_id_number")),
    )
    op.create_index("ix_care_plan_version_part_id", "care_plan_version", ["part_id"])


def downgrade() -> None:
    for table in ("care_plan_version", "care_plan_action", "care_plan_part", "care_plan_agreement", "care_plan"):
        op.drop_table(table)
