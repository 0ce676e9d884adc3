"""Devices that may be alerted, and the outbox: every message that is owed to a person by one way."""

import enum
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Identified, Model, text_enum
from app.jobs.leases import OutboxRow
from app.push.rules import CHECK_EVERY, Channel
from app.push.vapid import fingerprint


def first_check(context: DefaultExecutionContext) -> datetime:
    created_at: datetime = context.get_current_parameters()["created_at"]  # type: ignore[no-untyped-call]
    return created_at + CHECK_EVERY


class Subscription(Identified, Model):
    """One browser of one person that accepted to be alerted (W3C Push API)."""

    __tablename__ = "push_subscription"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    endpoint: Mapped[str] = mapped_column(unique=True)
    p256dh: Mapped[str]  # base64url, 65 bytes, a point of P-256
    auth: Mapped[str]  # base64url, 16 bytes
    vapid_key: Mapped[str] = mapped_column(default=fingerprint)  # our key it was made with, the only one it hears
    name: Mapped[str] = mapped_column(default="")  # what its browser says it runs on
    created_at: Mapped[datetime]
    last_received_at: Mapped[datetime | None]  # the last proof that alerts arrive
    check_at: Mapped[datetime] = mapped_column(default=first_check, index=True)  # when to ask for another one


NOT_PUSH = text("channel <> 'push'")
"""Mails and SMS. In plain words, as SQLite uses an index made so only for a question asked so."""


class MessageState(enum.StrEnum):
    PENDING = "pending"
    LEASED = "leased"
    SENT = "sent"  # the push service took it, which proves nothing about the phone
    RECEIVED = "received"  # the phone's own service worker said so
    SEEN = "seen"  # its person has what it announced before her eyes
    STALE = "stale"  # what it announced was gone before it could be sent
    FAILED = "failed"
    EXPIRED = "expired"


UNSENT = MessageState.PENDING, MessageState.LEASED
CARRIED = MessageState.SENT, MessageState.RECEIVED, MessageState.SEEN
ALIVE = *UNSENT, *CARRIED


class Message(OutboxRow, Identified, Model):
    """An outbox row, written in the transaction that causes it. The row is the event; nothing else is queued.

    `subject_id` is what the message is about (an offer), opaque to this room. `step` tells the alert from the
    notice that replaces it. A dead subscription leaves its messages behind, hence the nullable key. A mail or an
    SMS has none: it waits as a pending row until `due_at`, and becomes stale when a phone has the alert first. This
    room sends what goes by push, and leaves the rest to the room above.
    """

    __tablename__ = "push_message"
    __table_args__ = (
        UniqueConstraint("subject_id", "subscription_id", "step"),
        Index("ix_push_message_due", "state", "due_at"),
        # Whatever the code does, nobody is owed the same mail or SMS twice over: what is said again takes the place of
        # what was said. Of a service, everyone gets one.
        Index(
            "uq_push_message_channel",
            "subject_id",
            "account_id",
            "channel",
            "step",
            unique=True,
            sqlite_where=NOT_PUSH,
            postgresql_where=NOT_PUSH,
        ),
        # Looked at every second: it must not grow with the pushes.
        Index("ix_push_message_letters", "channel", "state", sqlite_where=NOT_PUSH, postgresql_where=NOT_PUSH),
        Index("ix_push_message_account", "account_id", "step"),
        Index("ix_push_message_device", "subscription_id", "sent_at"),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    subscription_id: Mapped[UUID | None] = mapped_column(ForeignKey("push_subscription.id", ondelete="SET NULL"))
    channel: Mapped[Channel] = mapped_column(text_enum(Channel, 10), default=Channel.PUSH)
    subject_id: Mapped[UUID]
    step: Mapped[str]
    payload: Mapped[dict[str, Any]]
    topic: Mapped[str]  # at most 32 base64url characters (RFC 8030 §5.4)
    urgency: Mapped[str]
    state: Mapped[MessageState] = mapped_column(text_enum(MessageState, 8), default=MessageState.PENDING)
    last_status: Mapped[int | None]
    sent_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]

    subscription: Mapped[Subscription | None] = relationship(lazy="joined")
