"""Pathways that coordinators write on the screen, before they are in force."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0032"
down_revision: str | None = "0031"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "pathway_draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_pathway_draft_author_id_account")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_pathway_draft_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pathway_draft")),
        sa.UniqueConstraint("organization_id", "slug", name=op.f("uq_pathway_draft_organization_id_slug")),
    )


def downgrade() -> None:
    op.drop_table("pathway_draft")
