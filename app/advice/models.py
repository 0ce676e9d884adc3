"""What an opinion has beside its request: when the clock looks at it, and what was answered."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.advice.rules import See
from app.care_requests.models import CareRequest
from app.core.db import Model, text_enum


class Advice(Model):
    """One for each request whose pathway awaits a written opinion. Its words are the outcome of the request's thread.

    `look_at`: when the clock looks at it again, none once nothing is left to do by itself. `reminded_role_id`: of whom
    took it, who was reminded. `see`: whether the person is to be seen, until `see_until` where a day was said.
    """

    __tablename__ = "advice"
    __table_args__ = (
        CheckConstraint("(answered_at IS NULL) = (author_id IS NULL)", name="answered_by_somebody"),
        Index("ix_advice_author_id_answered_at", "author_id", "answered_at"),
    )

    request_id: Mapped[UUID] = mapped_column(ForeignKey("care_request.id"), primary_key=True)
    look_at: Mapped[datetime | None] = mapped_column(index=True)
    reminded_role_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner_role.id"))
    answered_at: Mapped[datetime | None]
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    see: Mapped[See | None] = mapped_column(text_enum(See, 10))
    see_until: Mapped[date | None]

    request: Mapped[CareRequest] = relationship()
