"""The visit that follows an acceptance, and the patient's capability to look at it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.care_requests.models import CareRequest
from app.core.db import Identified, Model


class Appointment(Identified, Model):
    """One visit. Until the practitioner proposes a time, `starts_at` and `mode` are none.

    `ticked`: what was done of the pathway's checklist, each by its place in the list.
    """

    __tablename__ = "appointment"

    request_id: Mapped[UUID] = mapped_column(ForeignKey("care_request.id"), unique=True)
    starts_at: Mapped[datetime | None]
    last_starts_at: Mapped[datetime | None]  # the last time that was said, which a calendar may still hold
    mode: Mapped[str | None]  # home, practice, remote
    patient_answer: Mapped[str | None]  # confirmed, declined
    patient_answered_at: Mapped[datetime | None]
    sequence: Mapped[int]  # grows with each change, as calendars need (RFC 5545 §3.8.7.4)
    ticked: Mapped[list[str]] = mapped_column(default=list)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    request: Mapped[CareRequest] = relationship()

    patient_id: AssociationProxy[UUID | None] = association_proxy("request", "patient_id")


class PatientLink(Identified, Model):
    """Whoever holds the token may see when and where, and answer. Only the token's hash is stored."""

    __tablename__ = "patient_link"

    appointment_id: Mapped[UUID] = mapped_column(ForeignKey("appointment.id"), unique=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime]

    appointment: Mapped[Appointment] = relationship(lazy="joined")
