"""What a person agrees to and refuses, who is near her, and who decides with or for her. Every agreement is kept."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0026"
down_revision: str | None = "0025"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

CONSENT = sa.table("consent", sa.column("decided_by", sa.String()), sa.column("recorded_by", sa.Uuid()))
STANDING = sa.text("revoked_at IS NULL")


def when(name: str, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"))


def create(table: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        *columns,
        refers(table, "patient_id", "patient"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(f"ix_{table}_patient_id", table, ["patient_id"])


def upgrade() -> None:
    with op.batch_alter_table("consent") as table:
        table.alter_column("recorded_by", existing_type=sa.Uuid(), nullable=True)
        table.add_column(sa.Column("about_id", sa.Uuid(), nullable=True))
        table.add_column(sa.Column("decided_by", sa.String(), nullable=True))
        table.add_column(sa.Column("decided_name", sa.Text(), nullable=True))
        table.add_column(when("withdrawn_at"))
        table.add_column(sa.Column("withdrawn_how", sa.String(), nullable=True))
        table.add_column(sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True))
        table.create_foreign_key(op.f("fk_consent_withdrawn_by_id_account"), "account", ["withdrawn_by_id"], ["id"])
    op.execute(CONSENT.update().values(decided_by="herself"))
    with op.batch_alter_table("consent") as table:
        table.alter_column("decided_by", existing_type=sa.String(), nullable=False)
    create(
        "objection",
        sa.Column("refused", sa.String(length=20), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("practitioner_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        when("since", nullable=False),
        sa.Column("told_how", sa.String(), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=True),
        when("until"),
        sa.Column("lifted_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(refused = 'place') = (organization_id IS NOT NULL) AND "
            "(refused = 'somebody') = (account_id IS NOT NULL OR practitioner_id IS NOT NULL)",
            name=op.f("ck_objection_names_whom"),
        ),
        refers("objection", "organization_id", "organization"),
        refers("objection", "practitioner_id", "practitioner"),
        refers("objection", "account_id", "account"),
        refers("objection", "recorded_by_id", "account"),
        refers("objection", "lifted_by_id", "account"),
    )
    create(
        "related_person",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kinship", sa.String(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("headings", sa.JSON(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("code_words", sa.Text(), nullable=False),
        when("since", nullable=False),
        sa.Column("named_by_id", sa.Uuid(), nullable=True),
        when("until"),
        sa.Column("ended_by_id", sa.Uuid(), nullable=True),
        refers("related_person", "named_by_id", "account"),
        refers("related_person", "ended_by_id", "account"),
        sa.UniqueConstraint("token_hash", name=op.f("uq_related_person_token_hash")),
    )
    create(
        "trusted_person",
        sa.Column("related_id", sa.Uuid(), nullable=False),
        sa.Column("designated_on", sa.Date(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        when("at", nullable=False),
        when("revoked_at"),
        sa.Column("revoked_by_id", sa.Uuid(), nullable=True),
        refers("trusted_person", "related_id", "related_person"),
        refers("trusted_person", "document_id", "document"),
        refers("trusted_person", "recorded_by_id", "account"),
        refers("trusted_person", "revoked_by_id", "account"),
    )
    op.create_index("ix_trusted_person_related_id", "trusted_person", ["related_id"])
    op.create_index("ix_trusted_person_document_id", "trusted_person", ["document_id"])
    one = {"unique": True, "sqlite_where": STANDING, "postgresql_where": STANDING}
    op.create_index("uq_trusted_person_standing", "trusted_person", ["patient_id"], **one)
    create(
        "legal_protection",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("decides", sa.Text(), nullable=False),
        sa.Column("keeps_secret", sa.Boolean(), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        when("at", nullable=False),
        when("until"),
        sa.Column("ended_by_id", sa.Uuid(), nullable=True),
        refers("legal_protection", "recorded_by_id", "account"),
        refers("legal_protection", "ended_by_id", "account"),
    )
    create(
        "rectification",
        sa.Column("words", sa.Text(), nullable=False),
        when("at", nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        when("settled_at"),
        sa.Column("settled_by_id", sa.Uuid(), nullable=True),
        refers("rectification", "settled_by_id", "account"),
    )
    op.create_table(
        "retention_round",
        sa.Column("id", sa.Uuid(), nullable=False),
        when("at", nullable=False),
        when("next_at", nullable=False),
        sa.Column("archived", sa.Integer(), nullable=False),
        sa.Column("erased", sa.Integer(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_round")),
    )


def downgrade() -> None:
    for name in (
        "retention_round",
        "rectification",
        "legal_protection",
        "trusted_person",
        "related_person",
        "objection",
    ):
        op.drop_table(name)
    # An agreement that she gave herself, or took back, has no place in the former table: it would say yes for her.
    consent = sa.table("consent", sa.column("recorded_by", sa.Uuid()), sa.column("withdrawn_at", sa.DateTime()))
    op.execute(consent.delete().where(consent.c.recorded_by.is_(None) | consent.c.withdrawn_at.is_not(None)))
    with op.batch_alter_table("consent") as table:
        table.drop_constraint(op.f("fk_consent_withdrawn_by_id_account"), type_="foreignkey")
        for name in ("about_id", "decided_by", "decided_name", "withdrawn_at", "withdrawn_how", "withdrawn_by_id"):
            table.drop_column(name)
        table.alter_column("recorded_by", existing_type=sa.Uuid(), nullable=False)
