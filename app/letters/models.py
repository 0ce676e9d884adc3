"""Letters: the outbox of all that is owed to an address."""

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Identified, Model, text_enum
from app.jobs.leases import OutboxRow
from app.letters.rules import Medium


class LetterState(enum.StrEnum):
    PENDING = "pending"
    LEASED = "leased"
    SENT = "sent"  # the mail server or the gateway took it, which proves nothing
    STALE = "stale"  # nobody needed it any more when it was to leave
    FAILED = "failed"  # refused for good
    EXPIRED = "expired"  # what it says ended before it could leave


class Letter(OutboxRow, Identified, Model):
    """One mail or SMS that is owed to an address, written in the transaction that causes it.

    It holds what it is about and no words: those are composed when it leaves, by the room that registered its `kind`.
    """

    __tablename__ = "letter"
    __table_args__ = (
        # A worker looks at it every second: what has left must not make it slower.
        Index("ix_letter_due", "state", "due_at"),
        Index("ix_letter_subject", "subject_id"),
    )

    medium: Mapped[Medium] = mapped_column(text_enum(Medium, 10))
    address: Mapped[str]  # as it was at that moment: a changed address is told at the old one. Numbers in E.164
    given_name: Mapped[str]  # empty when it was typed by somebody whom nobody knows yet: no stranger's words in a mail
    kind: Mapped[str]  # see `kinds.py`
    subject_id: Mapped[UUID]
    state: Mapped[LetterState] = mapped_column(
        text_enum(LetterState, 10),
        default=LetterState.PENDING,
    )
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]  # when it left, or was given up
    trouble: Mapped[str] = mapped_column(default="")  # where the last try failed: `recipient 550`, `connection`
