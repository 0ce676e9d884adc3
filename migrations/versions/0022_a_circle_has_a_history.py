"""A circle of care has a history. Every usual professional is kept."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

RUNNING = sa.text("until IS NULL")
MEMBER = sa.table("care_team_member", sa.column("told", sa.String()), sa.column("until", sa.DateTime(timezone=True)))


def upgrade() -> None:
    with op.batch_alter_table("care_team_member") as table:
        table.add_column(sa.Column("until", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("told", sa.String(length=10), nullable=True))
        table.add_column(sa.Column("named_by_id", sa.Uuid(), nullable=True))
        table.create_foreign_key(op.f("fk_care_team_member_named_by_id_account"), "account", ["named_by_id"], ["id"])
        table.drop_constraint("uq_care_team_member_patient_id_profession", type_="unique")
        table.create_index("ix_care_team_member_patient_id", ["patient_id"])
    op.execute(MEMBER.update().values(told="grown"))
    with op.batch_alter_table("care_team_member") as table:
        table.alter_column("told", existing_type=sa.String(length=10), nullable=False)
    one = {"unique": True, "sqlite_where": RUNNING, "postgresql_where": RUNNING}
    op.create_index("uq_care_team_member_usual", "care_team_member", ["patient_id", "profession"], **one)


def downgrade() -> None:
    op.execute(MEMBER.delete().where(MEMBER.c.until.is_not(None)))
    op.drop_index("uq_care_team_member_usual", "care_team_member")
    with op.batch_alter_table("care_team_member") as table:
        table.drop_index("ix_care_team_member_patient_id")
        table.drop_constraint(op.f("fk_care_team_member_named_by_id_account"), type_="foreignkey")
        for name in ("until", "told", "named_by_id"):
            table.drop_column(name)
        table.create_unique_constraint(op.f("uq_care_team_member_patient_id_profession"), ["patient_id", "profession"])
