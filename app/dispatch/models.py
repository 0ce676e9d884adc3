"""Who was asked, when, why, and what they answered."""

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.care_requests.models import CareRequest
from app.core.db import Identified, Model
from app.directory.models import PractitionerRole, text_enum

ALERT = "offer"
"""The step of the message that offers; others tell that it ended."""


class OfferState(enum.StrEnum):
    OPEN = "open"
    WON = "won"
    REFUSED = "refused"
    LOST = "lost"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class Wave(Identified, Model):
    """A stage of one search. `round` counts how often the search was begun again."""

    __tablename__ = "wave"

    request_id: Mapped[UUID] = mapped_column(ForeignKey("care_request.id"), index=True)
    round: Mapped[int]
    stage: Mapped[int]
    radius_km: Mapped[int | None]  # none: the usual professional, at any distance
    started_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class Offer(Identified, Model):
    """One request put to one practitioner."""

    __tablename__ = "offer"
    __table_args__ = (
        # Whatever the code does, a request has one winner and nobody is asked twice at once.
        Index(
            "uq_offer_one_winner",
            "request_id",
            unique=True,
            sqlite_where=text("state = 'won'"),
            postgresql_where=text("state = 'won'"),
        ),
        Index(
            "uq_offer_asked_once",
            "request_id",
            "practitioner_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_offer_inbox", "practitioner_id", "state"),
    )

    request_id: Mapped[UUID] = mapped_column(ForeignKey("care_request.id"), index=True)
    wave_id: Mapped[UUID] = mapped_column(ForeignKey("wave.id"))
    role_id: Mapped[UUID] = mapped_column(ForeignKey("practitioner_role.id"))
    practitioner_id: Mapped[UUID] = mapped_column(ForeignKey("practitioner.id"))
    km: Mapped[float]
    usual: Mapped[bool]
    rank_line: Mapped[str]
    state: Mapped[OfferState] = mapped_column(text_enum(OfferState))
    refusal_reason: Mapped[str | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]  # when the finger touched, which may be before the phone had a signal
    answer_key: Mapped[str | None]  # of the tap that counted, so that a copy of it changes nothing
    ended_at: Mapped[datetime | None]

    request: Mapped[CareRequest] = relationship()
    role: Mapped[PractitionerRole] = relationship()
    wave: Mapped[Wave] = relationship()
