"""Establishments run by their own people: who answers the telephone, what is closed, what a team is not offered."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("organization") as table:
        table.add_column(sa.Column("contact", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("organization") as table:
        table.alter_column("contact", existing_type=sa.String(), server_default=None)
    op.create_table(
        "withheld_pathway",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name="fk_withheld_pathway_organization_id_organization"
        ),
        sa.PrimaryKeyConstraint("organization_id", "slug", name="pk_withheld_pathway"),
    )


def downgrade() -> None:
    op.drop_table("withheld_pathway")
    with op.batch_alter_table("organization") as table:
        table.drop_column("closed_at")
        table.drop_column("contact")
