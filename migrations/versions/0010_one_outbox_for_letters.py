"""One outbox for all that is owed to an address, and the worker's heartbeat. What is owed today stays owed."""

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)
NEWS_LASTS, CODE_LASTS = timedelta(days=5), timedelta(minutes=10)

LETTER = sa.table(
    "letter",
    sa.column("id", sa.Uuid()),
    sa.column("medium", sa.String()),
    sa.column("address", sa.String()),
    sa.column("given_name", sa.String()),
    sa.column("subject_id", sa.Uuid()),
    sa.column("kind", sa.String()),
    sa.column("state", sa.String()),
    sa.column("created_at", MOMENT),
    sa.column("due_at", MOMENT),
    sa.column("expires_at", MOMENT),
    sa.column("attempts", sa.Integer()),
    sa.column("trouble", sa.String()),
    sa.column("ended_at", MOMENT),
    sa.column("sent_at", MOMENT),
)
INVITATION = sa.table(
    "invitation",
    sa.column("id", sa.Uuid()),
    sa.column("email", sa.String()),
    sa.column("given_name", sa.String()),
    sa.column("created_at", MOMENT),
    sa.column("expires_at", MOMENT),
    sa.column("sent_at", MOMENT),
    sa.column("used_at", MOMENT),
    sa.column("declined_at", MOMENT),
    sa.column("recovery_id", sa.Uuid()),
    sa.column("shown_by_id", sa.Uuid()),
)


def upgrade() -> None:
    op.create_table(
        "heartbeat",
        sa.Column("timer", sa.String(), nullable=False),
        sa.Column("beat_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("timer", name=op.f("pk_heartbeat")),
    )
    with op.batch_alter_table("letter") as batch:
        batch.drop_index("ix_letter_outbox")
        batch.alter_column("kind", existing_type=sa.String(length=20), type_=sa.String(), existing_nullable=False)
        batch.add_column(sa.Column("medium", sa.String(length=10), nullable=True))
        batch.add_column(sa.Column("state", sa.String(length=10), nullable=True))
        batch.add_column(sa.Column("due_at", MOMENT, nullable=True))
        batch.add_column(sa.Column("expires_at", MOMENT, nullable=True))
        batch.add_column(sa.Column("attempts", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("lease_token", sa.String(), nullable=True))
        batch.add_column(sa.Column("lease_until", MOMENT, nullable=True))
        batch.add_column(sa.Column("trouble", sa.String(), nullable=True))
        batch.add_column(sa.Column("ended_at", MOMENT, nullable=True))
    _fill_letters()
    with op.batch_alter_table("letter") as batch:
        for name, kind in (
            ("medium", sa.String(length=10)),
            ("state", sa.String(length=10)),
            ("due_at", MOMENT),
            ("expires_at", MOMENT),
            ("attempts", sa.Integer()),
            ("trouble", sa.String()),
        ):
            batch.alter_column(name, existing_type=kind, nullable=False)
        batch.drop_column("claimed_until")
        batch.drop_column("sent_at")
        batch.create_index("ix_letter_due", ["state", "due_at"], unique=False)
        batch.create_index("ix_letter_subject", ["subject_id"], unique=False)
    _owe_invitations()
    with op.batch_alter_table("invitation") as batch:
        batch.drop_index("ix_invitation_outbox")
        batch.drop_column("claimed_until")
        batch.drop_column("sent_at")
    # What was being sent when the worker stopped is sent by a letter now.
    _message_again("channel <> 'push' AND state = 'leased'")


def _fill_letters() -> None:
    connection = op.get_bind()
    connection.execute(
        LETTER.update().values(
            medium="email",
            attempts=0,
            trouble="",
            due_at=LETTER.c.created_at,
            expires_at=LETTER.c.created_at,
            ended_at=LETTER.c.sent_at,
            state=sa.case((LETTER.c.sent_at.is_(None), "pending"), else_="sent"),
        )
    )
    waiting = sa.select(LETTER.c.id, LETTER.c.kind, LETTER.c.created_at).where(LETTER.c.state == "pending")
    for letter in connection.execute(waiting).all():
        lasts = CODE_LASTS if letter.kind == "address-code" else NEWS_LASTS
        connection.execute(LETTER.update().where(LETTER.c.id == letter.id).values(expires_at=letter.created_at + lasts))


def _owe_invitations() -> None:
    connection = op.get_bind()
    unsent = [INVITATION.c[name].is_(None) for name in ("shown_by_id", "sent_at", "used_at", "declined_at")]
    owed = sa.select(INVITATION).where(*unsent)
    rows = [
        {
            "id": each.id,  # Which keeps the Message-ID of one that is sent twice.
            "medium": "email",
            "address": each.email,
            "given_name": each.given_name,
            "subject_id": each.id,
            "kind": "recovery-invitation" if each.recovery_id else "invitation",
            "state": "pending",
            "created_at": each.created_at,
            "due_at": each.created_at,
            "expires_at": each.expires_at,
            "attempts": 0,
            "trouble": "",
        }
        for each in connection.execute(owed).all()
    ]
    if rows:
        connection.execute(LETTER.insert(), rows)


def _message_again(which: str) -> None:
    op.execute(
        sa.text(f"UPDATE push_message SET state = 'pending', lease_token = NULL, lease_until = NULL WHERE {which}")  # noqa: S608
    )


def downgrade() -> None:
    _message_again("channel <> 'push' AND state = 'leased'")
    with op.batch_alter_table("invitation") as batch:
        batch.add_column(sa.Column("claimed_until", MOMENT, nullable=True))
        batch.add_column(sa.Column("sent_at", MOMENT, nullable=True))
        batch.create_index("ix_invitation_outbox", ["sent_at", "claimed_until"], unique=False)
    # Those that are still owed are mailed by the former worker; all others have left, or never will.
    owed = "SELECT subject_id FROM letter WHERE state IN ('pending', 'leased')"
    op.execute(
        sa.text(
            "UPDATE invitation SET sent_at = created_at "  # noqa: S608
            f"WHERE shown_by_id IS NULL AND id NOT IN ({owed})"
        )
    )
    op.execute(
        sa.text(
            "DELETE FROM letter WHERE medium <> 'email' OR state NOT IN ('pending', 'leased', 'sent') "
            "OR kind IN ('invitation', 'recovery-invitation', 'unconfirmed-alert')"
        )
    )
    with op.batch_alter_table("letter") as batch:
        batch.drop_index("ix_letter_subject")
        batch.drop_index("ix_letter_due")
        batch.add_column(sa.Column("claimed_until", MOMENT, nullable=True))
        batch.add_column(sa.Column("sent_at", MOMENT, nullable=True))
    op.execute(sa.text("UPDATE letter SET sent_at = ended_at WHERE state = 'sent'"))
    with op.batch_alter_table("letter") as batch:
        for name in (
            "medium",
            "state",
            "due_at",
            "expires_at",
            "attempts",
            "lease_token",
            "lease_until",
            "trouble",
            "ended_at",
        ):
            batch.drop_column(name)
        batch.alter_column("kind", existing_type=sa.String(), type_=sa.String(length=20), existing_nullable=False)
        batch.create_index("ix_letter_outbox", ["sent_at", "claimed_until"], unique=False)
    op.drop_table("heartbeat")
