"""A patient belongs to no organization: relations say who finds and opens her, since when and why."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import uuid_utils.compat
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)
RELATION: dict[str, tuple[sa.types.TypeEngine[Any], bool]] = {
    "id": (sa.Uuid(), False),
    "patient_id": (sa.Uuid(), False),
    "organization_id": (sa.Uuid(), True),
    "practitioner_id": (sa.Uuid(), True),
    "why": (sa.String(20), False),
    "since": (MOMENT, False),
    "until": (MOMENT, True),
    "reason": (sa.Text(), True),
    "recorded_by_id": (sa.Uuid(), True),
}
TABLE = sa.table("relation", *(sa.column(name, kind) for name, (kind, _) in RELATION.items()))
PATIENT = sa.table(
    "patient",
    sa.column("id", sa.Uuid()),
    sa.column("organization_id", sa.Uuid()),
    sa.column("created_at", MOMENT),
)
REQUEST = sa.table(
    "care_request",
    *(sa.column(name, sa.Uuid()) for name in ("patient_id", "organization_id", "author_id", "performer_id")),
    sa.column("state", sa.String()),
    *(sa.column(name, MOMENT) for name in ("created_at", "changed_at")),
)
ROLE = sa.table(
    "practitioner_role", *(sa.column(name, sa.Uuid()) for name in ("id", "practitioner_id", "organization_id"))
)
CIRCLE = sa.table(
    "care_team_member",
    *(sa.column(name, sa.Uuid()) for name in ("patient_id", "practitioner_id")),
    sa.column("since", MOMENT),
)
ASKED = ("draft", "searching", "unanswered", "accepted", "scheduled", "started")
TAKEN = ("accepted", "scheduled", "started")
RUNNING = sa.text("until IS NULL")


def upgrade() -> None:
    op.create_table(
        "relation",
        *(sa.Column(name, kind, nullable=nullable) for name, (kind, nullable) in RELATION.items()),
        sa.CheckConstraint("(organization_id IS NULL) <> (practitioner_id IS NULL)", name="one_holder"),
        sa.CheckConstraint("why <> 'identity' OR reason IS NOT NULL", name="identity_has_reason"),
        *(
            sa.ForeignKeyConstraint([f"{name}_id"], [f"{table}.id"], name=f"fk_relation_{name}_id_{table}")
            for name, table in (
                ("patient", "patient"),
                ("organization", "organization"),
                ("practitioner", "practitioner"),
                ("recorded_by", "account"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name="pk_relation"),
    )
    for holder in ("organization", "practitioner"):
        op.create_index(f"ix_relation_{holder}", "relation", [f"{holder}_id", "patient_id"])
        op.create_index(
            f"uq_relation_running_{holder}",
            "relation",
            [f"{holder}_id", "patient_id", "why"],
            unique=True,
            sqlite_where=RUNNING,
            postgresql_where=RUNNING,
        )
    op.create_index("ix_relation_patient_id", "relation", ["patient_id"])
    op.create_table(
        "likely_duplicate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("noted_at", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.Column("settled_by_id", sa.Uuid(), nullable=True),
        sa.Column("verdict", sa.String(), nullable=True),
        sa.CheckConstraint("patient_id < other_id", name="older_first"),
        sa.CheckConstraint("(settled_at IS NULL) = (verdict IS NULL)", name="settled_has_verdict"),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_likely_duplicate_{name}_{table}")
            for name, table in (("patient_id", "patient"), ("other_id", "patient"), ("settled_by_id", "account"))
        ),
        sa.PrimaryKeyConstraint("id", name="pk_likely_duplicate"),
        sa.UniqueConstraint("patient_id", "other_id", name="uq_likely_duplicate_patient_id_other_id"),
    )
    op.create_index("ix_likely_duplicate_other_id", "likely_duplicate", ["other_id"])
    op.create_index("ix_likely_duplicate_settled_at", "likely_duplicate", ["settled_at"])
    _relate()
    with op.batch_alter_table("patient") as batch:
        batch.drop_constraint("fk_patient_organization_id_organization", type_="foreignkey")
        batch.drop_index("ix_patient_organization_id")
        batch.drop_column("organization_id")
        batch.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    with op.batch_alter_table("patient") as batch:
        batch.alter_column("version", existing_type=sa.Integer(), server_default=None)


def _relate() -> None:
    """Who had her record keeps finding her; so does who asked, who said yes, and whom she usually sees."""
    bind = op.get_bind()
    named = ("id", "patient_id", "organization_id", "why", "since")
    entered = sa.select(
        PATIENT.c.id, PATIENT.c.id, PATIENT.c.organization_id, sa.literal("entered"), PATIENT.c.created_at
    )
    op.execute(TABLE.insert().from_select(named, entered))
    for rows in (_asked(bind), _taken(bind), _usual(bind)):
        while chunk := [row for row, _ in zip(rows, range(1000), strict=False)]:
            bind.execute(TABLE.insert(), chunk)


def _asked(bind: sa.Connection) -> Iterator[dict[str, Any]]:
    c = REQUEST.c
    held = sa.select(c.patient_id, c.organization_id, sa.null(), *_while(c, ASKED)).where(c.patient_id.is_not(None))
    yield from _rows(bind, held.group_by(c.patient_id, c.organization_id), "request")


def _taken(bind: sa.Connection) -> Iterator[dict[str, Any]]:
    """The person who said yes, or the establishment whose service did. Nobody holds what was given back."""
    c, service = REQUEST.c, ROLE.c.practitioner_id.is_(None)
    place = sa.case((service, ROLE.c.organization_id), else_=sa.null())
    held = (
        sa.select(c.patient_id, place, ROLE.c.practitioner_id, *_while(c, TAKEN))
        .join(ROLE, ROLE.c.id == c.performer_id)
        .where(c.patient_id.is_not(None), c.state.in_((*TAKEN, "done")))
    )
    yield from _rows(bind, held.group_by(c.patient_id, place, ROLE.c.practitioner_id), "acceptance")


def _while(c: Any, states: Sequence[str]) -> list[sa.ColumnElement[Any]]:
    """Since the first, until the last change; and how many still cause it."""
    causes = sa.func.sum(sa.case((c.state.in_(states), 1), else_=0))
    return [sa.func.min(c.created_at), sa.func.max(c.changed_at), causes]


def _rows(bind: sa.Connection, held: sa.Select[Any], why: str) -> Iterator[dict[str, Any]]:
    for patient, organization, practitioner, since, changed, causes in bind.execute(held).all():
        yield _row(patient, organization, practitioner, why, since, None if causes else changed)


def _usual(bind: sa.Connection) -> Iterator[dict[str, Any]]:
    c = CIRCLE.c
    members = sa.select(c.patient_id, c.practitioner_id, sa.func.min(c.since)).group_by(c.patient_id, c.practitioner_id)
    for patient, practitioner, since in bind.execute(members).all():
        yield _row(patient, None, practitioner, "circle", since, None)


def _row(
    patient: UUID,
    organization: UUID | None,
    practitioner: UUID | None,
    why: str,
    since: datetime,
    until: datetime | None,
) -> dict[str, Any]:
    holder = {"organization_id": organization, "practitioner_id": practitioner}
    return {
        "id": uuid_utils.compat.uuid7(),
        "patient_id": patient,
        **holder,
        "why": why,
        "since": since,
        "until": until,
    }


def downgrade() -> None:
    """Back to the organization where she was registered first; whoever has none goes to the first that asked for her."""
    with op.batch_alter_table("patient") as batch:
        batch.drop_column("version")
        batch.add_column(sa.Column("organization_id", sa.Uuid(), nullable=True))
    entered_first = sa.case((TABLE.c.why == "entered", 0), else_=1)
    home = (
        sa.select(TABLE.c.organization_id)
        .where(TABLE.c.patient_id == PATIENT.c.id, TABLE.c.organization_id.is_not(None))
        .order_by(entered_first, TABLE.c.since, TABLE.c.id)
        .limit(1)
    )
    op.execute(PATIENT.update().values(organization_id=home.scalar_subquery()))
    with op.batch_alter_table("patient") as batch:
        batch.alter_column("organization_id", existing_type=sa.Uuid(), nullable=False)
        batch.create_foreign_key("fk_patient_organization_id_organization", "organization", ["organization_id"], ["id"])
        batch.create_index("ix_patient_organization_id", ["organization_id"])
    op.drop_table("likely_duplicate")
    op.drop_table("relation")
