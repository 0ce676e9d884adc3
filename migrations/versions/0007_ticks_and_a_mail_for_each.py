"""What an appointment is for can be ticked; of a service, everyone may get a mail about the same thing."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

NOT_PUSH = sa.text("channel <> 'push'")


def upgrade() -> None:
    with op.batch_alter_table("appointment") as batch:
        batch.add_column(sa.Column("ticked", sa.JSON(), nullable=True))
    op.execute(sa.text("UPDATE appointment SET ticked = '[]'"))
    with op.batch_alter_table("appointment") as batch:
        batch.alter_column("ticked", existing_type=sa.JSON(), nullable=False)
    _one_mail_for(["subject_id", "account_id", "channel", "step"])


def downgrade() -> None:
    # Several people of one service may have had a mail each: the narrower index would refuse them.
    op.execute(
        sa.text(
            "DELETE FROM push_message WHERE channel <> 'push' AND EXISTS (SELECT 1 FROM push_message AS earlier WHERE "
            "earlier.channel = push_message.channel AND earlier.subject_id = push_message.subject_id "
            "AND earlier.step = push_message.step AND earlier.id < push_message.id)"
        )
    )
    _one_mail_for(["subject_id", "channel", "step"])
    with op.batch_alter_table("appointment") as batch:
        batch.drop_column("ticked")


def _one_mail_for(columns: list[str]) -> None:
    with op.batch_alter_table("push_message") as batch:
        batch.drop_index("uq_push_message_channel")
        batch.create_index(
            "uq_push_message_channel", columns, unique=True, sqlite_where=NOT_PUSH, postgresql_where=NOT_PUSH
        )
