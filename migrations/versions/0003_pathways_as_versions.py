"""Pathways as versions, searches in stages, services that answer, plans that are shared, questions."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import uuid_utils.compat
from alembic import op
from sqlalchemy.types import TypeEngine

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

PATHWAYS = Path(__file__).parents[1] / "pathways-of-0002.json"
"""The two pathways that requests could be started with until now, written as versions."""

OPEN = sa.text("state = 'open'")
REQUEST: tuple[tuple[str, TypeEngine[Any]], ...] = (
    ("pathway_version_id", sa.Uuid()),
    ("episode_id", sa.Uuid()),
    ("split_from_id", sa.Uuid()),
    ("urgent", sa.Boolean()),
    ("answers_text", sa.Text()),
    ("visits", sa.JSON()),
    ("chosen_role_id", sa.Uuid()),
    ("answer_by", sa.DateTime(timezone=True)),
    ("decider_id", sa.Uuid()),
    ("start_by", sa.DateTime(timezone=True)),
    ("late_at", sa.DateTime(timezone=True)),
)
OFFER: tuple[tuple[str, TypeEngine[Any]], ...] = (
    ("knows_patient", sa.Boolean()),
    ("condition", sa.String()),
    ("visits", sa.JSON()),
    ("relayed_by", sa.String()),
    ("paused_at", sa.DateTime(timezone=True)),
)
KEYS = (
    ("pathway_version_id", "pathway_version"),
    ("episode_id", "episode"),
    ("split_from_id", "care_request"),
    ("chosen_role_id", "practitioner_role"),
    ("decider_id", "account"),
)


def upgrade() -> None:
    _make_tables()
    with op.batch_alter_table("care_request") as batch:
        for name, kind in REQUEST:
            batch.add_column(sa.Column(name, kind, nullable=True))
    with op.batch_alter_table("offer") as batch:
        batch.drop_index("ix_offer_inbox")
        batch.drop_index("uq_offer_asked_once")
        batch.drop_constraint("fk_offer_practitioner_id_practitioner", type_="foreignkey")
        batch.alter_column("practitioner_id", new_column_name="recipient_id", existing_type=sa.Uuid(), nullable=False)
        for name, kind in OFFER:
            batch.add_column(sa.Column(name, kind, nullable=True))
    with op.batch_alter_table("practitioner_role") as batch:
        batch.add_column(sa.Column("skills", sa.JSON(), nullable=True))
        batch.add_column(sa.Column("replacement_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("replaced_until", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("wave") as batch:
        batch.add_column(sa.Column("kind", sa.String(), nullable=True))
    _carry_over()
    _close()


def _make_tables() -> None:
    op.create_table(
        "pathway_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("in_force", sa.Boolean(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name="fk_pathway_version_author_id_account"),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name="fk_pathway_version_organization_id_organization"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_pathway_version"),
        sa.UniqueConstraint("digest", name="uq_pathway_version_digest"),
        sa.UniqueConstraint(
            "organization_id", "slug", "version", name="uq_pathway_version_organization_id_slug_version"
        ),
    )
    op.create_index(
        "uq_pathway_version_in_force",
        "pathway_version",
        ["organization_id", "slug"],
        unique=True,
        sqlite_where=sa.text("in_force"),
        postgresql_where=sa.text("in_force"),
    )
    op.create_table(
        "episode",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=True),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name="fk_episode_organization_id_organization"
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_episode_patient_id_patient"),
        sa.PrimaryKeyConstraint("id", name="pk_episode"),
    )
    op.create_index("ix_episode_patient_id", "episode", ["patient_id"])
    op.create_table(
        "attachment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("episode_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("added_by_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["added_by_id"], ["account.id"], name="fk_attachment_added_by_id_account"),
        sa.ForeignKeyConstraint(["episode_id"], ["episode.id"], name="fk_attachment_episode_id_episode"),
        sa.PrimaryKeyConstraint("id", name="pk_attachment"),
    )
    op.create_index("ix_attachment_episode_id", "attachment", ["episode_id"])
    op.create_table(
        "care_task",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["done_by_id"], ["account.id"], name="fk_care_task_done_by_id_account"),
        sa.ForeignKeyConstraint(["request_id"], ["care_request.id"], name="fk_care_task_request_id_care_request"),
        sa.PrimaryKeyConstraint("id", name="pk_care_task"),
    )
    op.create_index("ix_care_task_due", "care_task", ["done_at", "reminded_at", "due_at"])
    op.create_index("ix_care_task_request_id", "care_task", ["request_id"])
    op.create_table(
        "information_copy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("practitioner_id", sa.Uuid(), nullable=False),
        sa.Column("on", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["practitioner_id"], ["practitioner.id"], name="fk_information_copy_practitioner_id_practitioner"
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["care_request.id"], name="fk_information_copy_request_id_care_request"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_information_copy"),
    )
    op.create_index("ix_information_copy_request_id", "information_copy", ["request_id"])
    op.create_index("ix_information_copy_unread", "information_copy", ["practitioner_id", "read_at"])
    op.create_table(
        "inquiry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["answered_by_id"], ["account.id"], name="fk_inquiry_answered_by_id_account"),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name="fk_inquiry_offer_id_offer"),
        sa.ForeignKeyConstraint(["request_id"], ["care_request.id"], name="fk_inquiry_request_id_care_request"),
        sa.PrimaryKeyConstraint("id", name="pk_inquiry"),
    )
    op.create_index("ix_inquiry_offer_id", "inquiry", ["offer_id"])
    op.create_index("ix_inquiry_request_id", "inquiry", ["request_id"])


def _carry_over() -> None:
    """Requests keep the pathway that they were started with; each is an event of its own."""
    connection = op.get_bind()
    versions = sa.table(
        "pathway_version",
        sa.column("id", sa.Uuid()),
        *(sa.column(name, sa.String()) for name in ("slug", "digest", "body")),
        sa.column("version", sa.Integer()),
        sa.column("in_force", sa.Boolean()),
        sa.column("created_at", sa.DateTime(timezone=True)),
    )
    requests = sa.table("care_request", sa.column("pathway", sa.String()), sa.column("pathway_version_id", sa.Uuid()))
    for pathway in json.loads(PATHWAYS.read_text(encoding="utf-8")):
        body = json.dumps(pathway, ensure_ascii=False, separators=(",", ":"))
        row = {
            "id": uuid_utils.compat.uuid7(),
            "slug": pathway["slug"],
            "version": pathway["version"],
            "digest": hashlib.sha256(body.encode()).hexdigest(),
            "body": body,
            "in_force": False,
            "created_at": datetime.now(UTC),
        }
        connection.execute(versions.insert().values(**row))
        connection.execute(
            requests.update().where(requests.c.pathway == pathway["slug"]).values(pathway_version_id=row["id"])
        )
    for statement in (
        "INSERT INTO episode (id, patient_id, organization_id, created_at) "
        "SELECT id, patient_id, organization_id, created_at FROM care_request",
        "UPDATE care_request SET episode_id = id, urgent = false, visits = '[]', answer_by = window_end",
        "UPDATE offer SET knows_patient = usual, visits = '[]', relayed_by = ''",
        "UPDATE practitioner_role SET skills = '[]'",
        "UPDATE wave SET kind = CASE WHEN radius_km IS NULL THEN 'circle' ELSE 'near' END",
    ):
        connection.execute(sa.text(statement))


def _close() -> None:
    """What every row has by now, every row must have from now on."""
    with op.batch_alter_table("care_request") as batch:
        for name, kind in (
            ("pathway_version_id", sa.Uuid()),
            ("episode_id", sa.Uuid()),
            ("urgent", sa.Boolean()),
            ("visits", sa.JSON()),
            ("answer_by", sa.DateTime(timezone=True)),
        ):
            batch.alter_column(name, existing_type=kind, nullable=False)
        batch.alter_column("patient_id", existing_type=sa.Uuid(), nullable=True)
        batch.drop_column("pathway_version")
        for name, table in KEYS:
            batch.create_foreign_key(f"fk_care_request_{name}_{table}", table, [name], ["id"])
        batch.create_check_constraint("draft_has_decider", "state <> 'draft' OR decider_id IS NOT NULL")
        for name in ("decider_id", "episode_id", "split_from_id"):
            batch.create_index(f"ix_care_request_{name}", [name])
        batch.create_index("ix_care_request_start", ["state", "start_by"])
    with op.batch_alter_table("offer") as batch:
        for name, kind in (("knows_patient", sa.Boolean()), ("visits", sa.JSON()), ("relayed_by", sa.String())):
            batch.alter_column(name, existing_type=kind, nullable=False)
        batch.create_index("ix_offer_inbox", ["recipient_id", "state"])
        batch.create_index("ix_offer_lately", ["recipient_id", "created_at"])
        batch.create_index(
            "uq_offer_asked_once", ["request_id", "recipient_id"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
        )
    with op.batch_alter_table("practitioner_role") as batch:
        batch.alter_column("skills", existing_type=sa.JSON(), nullable=False)
        batch.alter_column("practitioner_id", existing_type=sa.Uuid(), nullable=True)
        batch.create_foreign_key(
            "fk_practitioner_role_replacement_id_practitioner_role", "practitioner_role", ["replacement_id"], ["id"]
        )
    with op.batch_alter_table("wave") as batch:
        batch.alter_column("kind", existing_type=sa.String(), nullable=False)


def downgrade() -> None:
    """Services, their offers, and requests without a patient have no place in the former schema: none may be left."""
    with op.batch_alter_table("wave") as batch:
        batch.drop_column("kind")
    with op.batch_alter_table("practitioner_role") as batch:
        batch.drop_constraint("fk_practitioner_role_replacement_id_practitioner_role", type_="foreignkey")
        for name in ("skills", "replacement_id", "replaced_until"):
            batch.drop_column(name)
        batch.alter_column("practitioner_id", existing_type=sa.Uuid(), nullable=False)
    with op.batch_alter_table("offer") as batch:
        for name in ("ix_offer_inbox", "ix_offer_lately", "uq_offer_asked_once"):
            batch.drop_index(name)
        batch.alter_column("recipient_id", new_column_name="practitioner_id", existing_type=sa.Uuid(), nullable=False)
        for name, _kind in OFFER:
            batch.drop_column(name)
    with op.batch_alter_table("offer") as batch:
        batch.create_foreign_key("fk_offer_practitioner_id_practitioner", "practitioner", ["practitioner_id"], ["id"])
        batch.create_index("ix_offer_inbox", ["practitioner_id", "state"])
        batch.create_index(
            "uq_offer_asked_once",
            ["request_id", "practitioner_id"],
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        )
    with op.batch_alter_table("care_request") as batch:
        for name in ("decider_id", "episode_id", "split_from_id", "start"):
            batch.drop_index(f"ix_care_request_{name}")
        batch.drop_constraint("draft_has_decider", type_="check")
        for name, table in KEYS:
            batch.drop_constraint(f"fk_care_request_{name}_{table}", type_="foreignkey")
        for name, _kind in REQUEST:
            batch.drop_column(name)
        batch.add_column(sa.Column("pathway_version", sa.Integer(), nullable=False, server_default="1"))
        batch.alter_column("patient_id", existing_type=sa.Uuid(), nullable=False)
    for table in ("inquiry", "information_copy", "care_task", "attachment", "episode", "pathway_version"):
        op.drop_table(table)
