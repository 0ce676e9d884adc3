"""Who was asked, when, why, and what they answered."""

import enum
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.care_requests.models import CareRequest
from app.core.db import Identified, Model, text_enum
from app.core.sealed import Sealed
from app.directory.models import PractitionerRole

ALERT = "offer"
"""The step of the message that offers; others tell that it ended."""


class OfferState(enum.StrEnum):
    OPEN = "open"
    PROPOSED = "proposed"  # a yes among which the requester picks
    WON = "won"
    REFUSED = "refused"
    RELAYED = "relayed"  # passed on to a colleague of the practice: no refusal
    LOST = "lost"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class Wave(Identified, Model):
    """A stage of one search. `round` counts how often the search was begun again, `stage` those of the pathway."""

    __tablename__ = "wave"

    request_id: Mapped[UUID] = mapped_column(ForeignKey("care_request.id"), index=True)
    round: Mapped[int]
    stage: Mapped[int]
    kind: Mapped[str]  # circle, practice, chosen, near, other
    radius_km: Mapped[int | None]  # none: at any distance
    started_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class Offer(Identified, Model):
    """One request put to one person, or to one service.

    `recipient_id`: whose inbox (`PractitionerRole.recipient_id`). `knows_patient`: the usual professional, and the
    establishment that the patient chose, read the name before they answer. `condition`, `visits`: of a yes that takes
    a part. `paused_at`: her clock stands while she waits for an answer to her question.
    """

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
            "recipient_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_offer_inbox", "recipient_id", "state"),
        Index("ix_offer_lately", "recipient_id", "created_at"),
    )

    request_id: Mapped[UUID] = mapped_column(ForeignKey("care_request.id"), index=True)
    wave_id: Mapped[UUID] = mapped_column(ForeignKey("wave.id"))
    role_id: Mapped[UUID] = mapped_column(ForeignKey("practitioner_role.id"))
    recipient_id: Mapped[UUID]
    km: Mapped[float]
    usual: Mapped[bool]
    knows_patient: Mapped[bool]
    rank_line: Mapped[str]
    state: Mapped[OfferState] = mapped_column(text_enum(OfferState))
    refusal_reason: Mapped[str | None]
    condition: Mapped[str | None]
    visits: Mapped[list[str]]
    relayed_by: Mapped[str]  # the colleague who passed it on, by name; empty otherwise
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    paused_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]  # when the finger touched, which may be before the phone had a signal
    heard: Mapped[dict[str, Any]]  # by key of each tap that counted: its verb, so that a copy of it changes nothing
    ended_at: Mapped[datetime | None]

    request: Mapped[CareRequest] = relationship()
    role: Mapped[PractitionerRole] = relationship()
    wave: Mapped[Wave] = relationship()

    patient_id: AssociationProxy[UUID | None] = association_proxy("request", "patient_id")

    @property
    def to_service(self) -> bool:
        """Put to an establishment's service and to nobody in person: its inbox is the role's own."""
        return self.recipient_id == self.role_id


class Inquiry(Identified, Model):
    """A question that somebody asks before she answers, and the one line that the requester answers."""

    __tablename__ = "inquiry"

    offer_id: Mapped[UUID] = mapped_column(ForeignKey("offer.id"), index=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("care_request.id"), index=True)
    question: Mapped[str] = mapped_column(Sealed)
    asked_at: Mapped[datetime]
    answer: Mapped[str | None] = mapped_column(Sealed)
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))

    offer: Mapped[Offer] = relationship()
