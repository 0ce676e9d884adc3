"""The room above owns what ties its rows to those below: who signed in on a tablet, whom an invitation makes whom."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "tablet_sign_in",
        sa.Column("sign_in_id", sa.Uuid(), nullable=False),
        sa.Column("tablet_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["sign_in_id"], ["sign_in.id"], name="fk_tablet_sign_in_sign_in_id_sign_in"),
        sa.ForeignKeyConstraint(["tablet_id"], ["tablet.id"], name="fk_tablet_sign_in_tablet_id_tablet"),
        sa.PrimaryKeyConstraint("sign_in_id", name="pk_tablet_sign_in"),
    )
    op.create_index("ix_tablet_sign_in_tablet_id", "tablet_sign_in", ["tablet_id"])
    op.create_table(
        "invited_practitioner",
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("practitioner_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["invitation_id"],
            ["invitation.id"],
            name="fk_invited_practitioner_invitation_id_invitation",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["practitioner_id"], ["practitioner.id"], name="fk_invited_practitioner_practitioner_id_practitioner"
        ),
        sa.PrimaryKeyConstraint("invitation_id", name="pk_invited_practitioner"),
    )
    op.create_index("ix_invited_practitioner_practitioner_id", "invited_practitioner", ["practitioner_id"])
    op.execute(
        sa.text(
            "INSERT INTO tablet_sign_in (sign_in_id, tablet_id) "
            "SELECT id, tablet_id FROM sign_in WHERE tablet_id IS NOT NULL"
        )
    )
    op.execute(
        sa.text(
            "INSERT INTO invited_practitioner (invitation_id, practitioner_id) "
            "SELECT id, practitioner_id FROM invitation WHERE practitioner_id IS NOT NULL"
        )
    )
    with op.batch_alter_table("sign_in") as batch:
        batch.drop_constraint("tablet_has_place", type_="check")
        batch.drop_constraint("fk_sign_in_tablet_id_tablet", type_="foreignkey")
        batch.drop_index("ix_sign_in_tablet_id")
        batch.drop_column("tablet_id")
    with op.batch_alter_table("invitation") as batch:
        batch.drop_constraint("fk_invitation_practitioner_id_practitioner", type_="foreignkey")
        batch.drop_index("ix_invitation_practitioner_id")
        batch.drop_column("practitioner_id")


def downgrade() -> None:
    for table, column, other in (
        ("sign_in", "tablet_id", "tablet"),
        ("invitation", "practitioner_id", "practitioner"),
    ):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column(column, sa.Uuid(), nullable=True))
            batch.create_foreign_key(f"fk_{table}_{column}_{other}", other, [column], ["id"])
            batch.create_index(f"ix_{table}_{column}", [column])
    op.execute(
        sa.text(
            "UPDATE sign_in SET tablet_id = "
            "(SELECT tablet_id FROM tablet_sign_in WHERE tablet_sign_in.sign_in_id = sign_in.id)"
        )
    )
    op.execute(
        sa.text(
            "UPDATE invitation SET practitioner_id = "
            "(SELECT practitioner_id FROM invited_practitioner WHERE invited_practitioner.invitation_id = invitation.id)"
        )
    )
    with op.batch_alter_table("sign_in") as batch:
        batch.create_check_constraint("tablet_has_place", "(tablet_id IS NULL) = (only_at_id IS NULL)")
    op.drop_table("invited_practitioner")
    op.drop_table("tablet_sign_in")
