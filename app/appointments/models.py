"""The visit that follows an acceptance, and the patient's capability to look at it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.care_requests.models import CareRequest
from app.core.db import Identified, Model
from app.core.sealed import Sealed
from app.patients.models import Patient


class Appointment(Identified, Model):
    """One visit. Until the practitioner proposes a time, `starts_at` and `mode` are none.

    `ticked`: what was done of the pathway's checklist, each by its place in the list. What the patient says of the time
    that stands: `patient_answer`, for which of `rules.REASONS` she cannot, which `rules.PartOfDay`s she wishes,
    and afterwards whether somebody came. `call_asked_at`: she waits to be called back since then.
    """

    __tablename__ = "appointment"

    request_id: Mapped[UUID] = mapped_column(ForeignKey("care_request.id"), unique=True)
    starts_at: Mapped[datetime | None]
    last_starts_at: Mapped[datetime | None]  # the last time that was said, which a calendar may still hold
    mode: Mapped[str | None]  # home, practice, remote
    patient_answer: Mapped[str | None]  # confirmed, declined
    patient_answered_at: Mapped[datetime | None]
    patient_reason: Mapped[str | None]
    wished: Mapped[list[str]] = mapped_column(default=list)
    call_asked_at: Mapped[datetime | None]
    came: Mapped[bool | None]
    remind_at: Mapped[datetime | None] = mapped_column(index=True)  # none once it is done
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


class PatientSpace(Identified, Model):
    """The lasting page of one person: who comes, who cares for her, who looked. Her card opens it: a code to scan, and
    two words, which reminders repeat so that she knows them for true.

    Codes and words are drawn anew when a card is lost. `reminders`: she may refuse them, or have them by mail at
    `email` instead of by SMS. How she reads, on her pages, her card and what is sent to her: in which `language` (none:
    nobody said), in `large` letters.
    """

    __tablename__ = "patient_space"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), unique=True)
    token: Mapped[str] = mapped_column(Sealed)  # as its card bears it, which outlives every change of key
    token_hash: Mapped[str] = mapped_column(unique=True)
    calendar_token: Mapped[str] = mapped_column(Sealed)
    code_words: Mapped[str] = mapped_column(Sealed)  # two, with a space between
    reminders: Mapped[bool] = mapped_column(default=True)
    email: Mapped[str | None] = mapped_column(Sealed)
    language: Mapped[str | None]
    large: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime]

    patient: Mapped[Patient] = relationship()

    @property
    def person_id(self) -> UUID:
        """Whose it is today: a card goes on opening the one record that was kept of two."""
        return self.patient.merged_into_id or self.patient_id
