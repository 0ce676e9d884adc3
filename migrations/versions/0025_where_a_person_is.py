"""Where a person is and what befalls her: stays in hospital, a death, a move; requests that wait for her return."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

RUNNING = sa.text("until IS NULL")
STANDS = sa.text("kind = 'died' AND undone_at IS NULL")
OPEN = "stay_id IS NULL OR state NOT IN ('draft', 'done', 'cancelled')"


def upgrade() -> None:
    op.create_table(
        "stay",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended", sa.String(length=20), nullable=True),
        sa.Column("said_by_id", sa.Uuid(), nullable=False),
        sa.Column("ended_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(until IS NULL) = (ended IS NULL)", name=op.f("ck_stay_ended_somehow")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_stay_patient_id_patient")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_stay_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(["said_by_id"], ["account.id"], name=op.f("fk_stay_said_by_id_account")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["account.id"], name=op.f("fk_stay_ended_by_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stay")),
    )
    op.create_index("ix_stay_patient_id", "stay", ["patient_id"])
    op.create_index("ix_stay_organization_id", "stay", ["organization_id"])
    one = {"unique": True, "sqlite_where": RUNNING, "postgresql_where": RUNNING}
    op.create_index("uq_stay_running", "stay", ["patient_id"], **one)
    op.create_table(
        "expected_exit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("stay_id", sa.Uuid(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("said_by_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["stay_id"], ["stay.id"], name=op.f("fk_expected_exit_stay_id_stay")),
        sa.ForeignKeyConstraint(["said_by_id"], ["account.id"], name=op.f("fk_expected_exit_said_by_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expected_exit")),
    )
    op.create_index("ix_expected_exit_stay_id", "expected_exit", ["stay_id"])
    op.create_table(
        "life_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("address_unknown", sa.Boolean(), nullable=False),
        sa.Column("said_by_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(undone_at IS NULL) = (undone_by_id IS NULL)", name=op.f("ck_life_event_undone_by_somebody")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_life_event_patient_id_patient")),
        sa.ForeignKeyConstraint(["said_by_id"], ["account.id"], name=op.f("fk_life_event_said_by_id_account")),
        sa.ForeignKeyConstraint(["undone_by_id"], ["account.id"], name=op.f("fk_life_event_undone_by_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_life_event")),
    )
    op.create_index("ix_life_event_patient_id", "life_event", ["patient_id"])
    stands = {"unique": True, "sqlite_where": STANDS, "postgresql_where": STANDS}
    op.create_index("uq_life_event_death", "life_event", ["patient_id"], **stands)
    with op.batch_alter_table("care_request") as table:
        table.add_column(sa.Column("stay_id", sa.Uuid(), nullable=True))
        table.create_foreign_key(op.f("fk_care_request_stay_id_stay"), "stay", ["stay_id"], ["id"])
        table.create_index(op.f("ix_care_request_stay_id"), ["stay_id"])
        table.create_check_constraint("suspended_is_open", OPEN)


def downgrade() -> None:
    with op.batch_alter_table("care_request") as table:
        table.drop_constraint("suspended_is_open", type_="check")
        table.drop_index(op.f("ix_care_request_stay_id"))
        table.drop_constraint(op.f("fk_care_request_stay_id_stay"), type_="foreignkey")
        table.drop_column("stay_id")
    for table in ("life_event", "expected_exit", "stay"):
        op.drop_table(table)
