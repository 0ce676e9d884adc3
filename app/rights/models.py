"""What a person says is wrong, and what became of the records whose time was over."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Account
from app.core.db import Identified, Model
from app.core.sealed import Sealed


class Rectification(Identified, Model):
    """The person says that something written of her is wrong (GDPR article 16). Somebody who cares for her answers what
    was done; the trait itself is corrected where it stands (`patients.correcting`)."""

    __tablename__ = "rectification"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    words: Mapped[str] = mapped_column(Sealed)
    at: Mapped[datetime]
    answer: Mapped[str | None] = mapped_column(Sealed)
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))

    settled_by: Mapped[Account | None] = relationship()


class RetentionRound(Identified, Model):
    """One round of the house: how many records were archived and erased, and how many rows of each table went. It names
    nobody. `next_at`: when the next is due."""

    __tablename__ = "retention_round"

    at: Mapped[datetime]
    next_at: Mapped[datetime]
    archived: Mapped[int]
    erased: Mapped[int]
    rows: Mapped[dict[str, Any]]  # by table
