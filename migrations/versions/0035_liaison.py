"""The liaison book of a person: its notes, what they said before, who read them, what is to be known at her door."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0035"
down_revision: str | None = "0034"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "liaison_book_reader",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_liaison_book_reader_account_id_account")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_liaison_book_reader_patient_id_patient")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_liaison_book_reader")),
        sa.UniqueConstraint("patient_id", "account_id", name=op.f("uq_liaison_book_reader_patient_id_account_id")),
    )
    op.create_index("ix_liaison_book_reader_account_id", "liaison_book_reader", ["account_id"])

    op.create_table(
        "liaison_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("visibility", sa.String(length=10), nullable=False),
        sa.Column("voice", sa.String(length=10), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("related_id", sa.Uuid(), nullable=True),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("answers_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("has_documents", sa.Boolean(), nullable=False),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(author_id IS NULL) = (voice IN ('herself', 'relative'))",
            name=op.f("ck_liaison_note_signed_in_or_by_link"),
        ),
        sa.ForeignKeyConstraint(
            ["answers_id"], ["liaison_note.id"], name=op.f("fk_liaison_note_answers_id_liaison_note")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_liaison_note_author_id_account")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_liaison_note_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_liaison_note_patient_id_patient")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_liaison_note")),
        sa.UniqueConstraint("patient_id", "key", name=op.f("uq_liaison_note_patient_id_key")),
    )
    op.create_index("ix_liaison_note_patient_id_answers_id", "liaison_note", ["patient_id", "answers_id"])

    op.create_table(
        "liaison_safety_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_liaison_safety_note_author_id_account")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_liaison_safety_note_patient_id_patient")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_liaison_safety_note")),
    )
    op.create_index("ix_liaison_safety_note_patient_id", "liaison_safety_note", ["patient_id"])

    op.create_table(
        "liaison_document",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("note_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_liaison_document_document_id_document"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["note_id"], ["liaison_note.id"], name=op.f("fk_liaison_document_note_id_liaison_note")
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_liaison_document")),
    )
    op.create_index("ix_liaison_document_note_id", "liaison_document", ["note_id"])

    op.create_table(
        "liaison_former_text",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("note_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["note_id"], ["liaison_note.id"], name=op.f("fk_liaison_former_text_note_id_liaison_note")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_liaison_former_text")),
    )
    op.create_index("ix_liaison_former_text_note_id", "liaison_former_text", ["note_id"])

    op.create_table(
        "liaison_note_reader",
        sa.Column("note_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_liaison_note_reader_account_id_account")),
        sa.ForeignKeyConstraint(
            ["note_id"], ["liaison_note.id"], name=op.f("fk_liaison_note_reader_note_id_liaison_note")
        ),
        sa.PrimaryKeyConstraint("note_id", "account_id", name=op.f("pk_liaison_note_reader")),
    )
    op.create_table(
        "liaison_sight",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("note_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_liaison_sight_account_id_account")),
        sa.ForeignKeyConstraint(["note_id"], ["liaison_note.id"], name=op.f("fk_liaison_sight_note_id_liaison_note")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_liaison_sight")),
        sa.UniqueConstraint("note_id", "account_id", name=op.f("uq_liaison_sight_note_id_account_id")),
    )
    op.create_index("ix_liaison_sight_account_id", "liaison_sight", ["account_id"])


def downgrade() -> None:
    tables = ("sight", "note_reader", "former_text", "document", "safety_note", "note", "book_reader")
    for table in tables:
        op.drop_table(f"liaison_{table}")
