"""An opinion has its own clock and its answer beside its request; a thread may be around a person, without one."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0037"
down_revision: str | None = "0035"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "advice",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("look_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_role_id", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("see", sa.String(length=10), nullable=True),
        sa.Column("see_until", sa.Date(), nullable=True),
        sa.CheckConstraint("(answered_at IS NULL) = (author_id IS NULL)", name=op.f("ck_advice_answered_by_somebody")),
        sa.ForeignKeyConstraint(["request_id"], ["care_request.id"], name=op.f("fk_advice_request_id_care_request")),
        sa.ForeignKeyConstraint(
            ["reminded_role_id"], ["practitioner_role.id"], name=op.f("fk_advice_reminded_role_id_practitioner_role")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_advice_author_id_account")),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_advice")),
    )
    op.create_index("ix_advice_look_at", "advice", ["look_at"])
    op.create_index("ix_advice_author_id_answered_at", "advice", ["author_id", "answered_at"])
    with op.batch_alter_table("conversation") as conversation:
        conversation.add_column(sa.Column("patient_id", sa.Uuid(), nullable=True))
        conversation.alter_column("request_id", existing_type=sa.Uuid(), nullable=True)
        conversation.create_foreign_key(op.f("fk_conversation_patient_id_patient"), "patient", ["patient_id"], ["id"])
        conversation.create_check_constraint(
            op.f("ck_conversation_about_something"), "request_id IS NOT NULL OR patient_id IS NOT NULL"
        )
    op.execute(
        "UPDATE conversation SET patient_id ="
        " (SELECT care_request.patient_id FROM care_request WHERE care_request.id = conversation.request_id)"
    )
    op.create_index("ix_conversation_patient_id", "conversation", ["patient_id"])


def downgrade() -> None:
    thread = sa.table("conversation", sa.column("id"), sa.column("request_id"))
    line = sa.table("conversation_line", sa.column("id"), sa.column("conversation_id"))
    receipt = sa.table("conversation_receipt", sa.column("conversation_id"))
    document = sa.table("conversation_document", sa.column("line_id"))
    around = sa.select(thread.c.id).where(thread.c.request_id.is_(None))  # Nothing older knows them.
    lines = sa.select(line.c.id).where(line.c.conversation_id.in_(around))
    op.execute(receipt.delete().where(receipt.c.conversation_id.in_(around)))
    op.execute(document.delete().where(document.c.line_id.in_(lines)))
    op.execute(line.delete().where(line.c.conversation_id.in_(around)))
    op.execute("DELETE FROM conversation WHERE request_id IS NULL")
    op.drop_index("ix_conversation_patient_id", "conversation")
    with op.batch_alter_table("conversation") as conversation:
        conversation.drop_constraint(op.f("ck_conversation_about_something"), type_="check")
        conversation.drop_constraint(op.f("fk_conversation_patient_id_patient"), type_="foreignkey")
        conversation.alter_column("request_id", existing_type=sa.Uuid(), nullable=False)
        conversation.drop_column("patient_id")
    op.drop_table("advice")
