"""One thread for each request: lines, the documents sent with them, and how far each reader came."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0029"
down_revision: str | None = "0028"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "conversation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["care_request.id"], name=op.f("fk_conversation_request_id_care_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation")),
        sa.UniqueConstraint("request_id", name=op.f("uq_conversation_request_id")),
    )
    op.create_table(
        "conversation_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("author_name", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("advice", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("has_documents", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_conversation_line_author_id_account")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_conversation_line_conversation_id_conversation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation_line")),
        sa.UniqueConstraint(
            "conversation_id", "author_id", "key", name=op.f("uq_conversation_line_conversation_id_author_id_key")
        ),
    )
    op.create_table(
        "conversation_document",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["document.id"],
            name=op.f("fk_conversation_document_document_id_document"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["conversation_line.id"], name=op.f("fk_conversation_document_line_id_conversation_line")
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_conversation_document")),
    )
    op.create_index("ix_conversation_document_line_id", "conversation_document", ["line_id"])
    op.create_table(
        "conversation_receipt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_conversation_receipt_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_conversation_receipt_conversation_id_conversation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation_receipt")),
        sa.UniqueConstraint(
            "conversation_id", "account_id", name=op.f("uq_conversation_receipt_conversation_id_account_id")
        ),
    )
    op.create_index("ix_conversation_receipt_account_id", "conversation_receipt", ["account_id"])


def downgrade() -> None:
    for table in ("conversation_receipt", "conversation_document", "conversation_line", "conversation"):
        op.drop_table(table)
