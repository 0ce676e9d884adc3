"""One passage of a plan that somebody took."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Account
from app.care_requests.models import CareRequest, EpisodeDocument
from app.core.db import Identified, Model, text_enum
from app.core.sealed import Sealed
from app.directory.models import PractitionerRole
from app.passages.rules import PassageState


class Passage(Identified, Model):
    """On this `day`, at this `moment`, `role_id` comes: she who took the request. There is a row from the moment when
    somebody has taken it; until then the visit stands in its request alone, for which somebody is looked for.

    `plan_id`: the request that was asked, of which `request_id` may be a part. `say_by`: until when it should be said;
    `asked_at`: since when it was not, and its person was asked. `held`: nobody comes, the person is in hospital.
    `told_at`: those who asked and who coordinate heard that it failed, and the one before. `said_at`: when the finger
    touched, which may be before the phone had a signal. `heard`: by key of each tap that counted, what it said.
    `starts_at`: the hour of this one alone, where she said another than the one agreed for all.
    """

    __tablename__ = "passage"
    __table_args__ = (
        Index("uq_passage_once", "plan_id", "day", "moment", unique=True),
        CheckConstraint(
            "(state = 'planned') = (said_at IS NULL) AND (said_at IS NULL) = (said_by_id IS NULL)",
            name="said_has_author_and_time",
        ),
        CheckConstraint("moment IN ('morning', 'midday', 'evening')", name="moment_of_the_day"),
        Index("ix_passage_due", "state", "say_by"),
        Index("ix_passage_tour", "role_id", "day"),
    )

    plan_id: Mapped[UUID] = mapped_column(ForeignKey("care_request.id"))
    request_id: Mapped[UUID] = mapped_column(ForeignKey("care_request.id"), index=True)
    role_id: Mapped[UUID] = mapped_column(ForeignKey("practitioner_role.id"))
    day: Mapped[date]
    moment: Mapped[str]
    state: Mapped[PassageState] = mapped_column(text_enum(PassageState))
    say_by: Mapped[datetime]
    held: Mapped[bool] = mapped_column(default=False)
    starts_at: Mapped[datetime | None]
    late_at: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    said_at: Mapped[datetime | None]
    said_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    note: Mapped[str | None] = mapped_column(Sealed)
    heard: Mapped[dict[str, Any]] = mapped_column(default=dict)

    request: Mapped[CareRequest] = relationship(foreign_keys=[request_id])
    role: Mapped[PractitionerRole] = relationship()
    said_by: Mapped[Account | None] = relationship()


class PassageDocument(Model):
    """A picture that was taken on this passage: one of the documents of its event, and gone with it."""

    __tablename__ = "passage_document"

    document_id: Mapped[UUID] = mapped_column(
        ForeignKey(EpisodeDocument.document_id, ondelete="CASCADE"), primary_key=True
    )
    passage_id: Mapped[UUID] = mapped_column(ForeignKey(Passage.id, ondelete="CASCADE"), index=True)
