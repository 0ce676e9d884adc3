"""Reads of visits."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import contains_eager

from app.appointments.models import Appointment, PatientLink, PatientSpace
from app.care_requests.models import CareRequest
from app.care_requests.queries import family
from app.care_requests.rules import State
from app.core.db import db
from app.core.tokens import hash_token
from app.organizations.models import Organization

COMING = (State.ACCEPTED, State.SCHEDULED, State.STARTED)

LATELY = timedelta(days=30)

PLAIN_WORDS = "plain-words"
"""The question of a pathway whose answer is written for the patient."""


def of_request(request_id: UUID) -> Appointment | None:
    return db.session.scalar(select(Appointment).where(Appointment.request_id == request_id))


def others_of(appointment: Appointment) -> Sequence[Appointment]:
    """Whoever else comes for the same event, those with a time first."""
    statement = (
        select(Appointment)
        .join(CareRequest, CareRequest.id == Appointment.request_id)
        .where(CareRequest.episode_id == appointment.request.episode_id, CareRequest.id != appointment.request_id)
        .where(CareRequest.state.in_(COMING))
        .order_by(Appointment.starts_at.is_(None), Appointment.starts_at, Appointment.id)
    )
    return db.session.scalars(statement).all()


def going_on(appointment: Appointment) -> Appointment:
    """The visit of whoever comes now: where a part of a shared plan has ended, that of the part which goes on. What the
    patient holds leads to her care, not to the person who left it."""
    request = appointment.request
    if request.state is not State.DONE or not request.visits:
        return appointment
    goes_on = CareRequest.id.in_(family(request)), CareRequest.state.in_(COMING)
    latest = select(Appointment).join(CareRequest, CareRequest.id == Appointment.request_id).where(*goes_on)
    return db.session.scalars(latest.order_by(CareRequest.id.desc()).limit(1)).first() or appointment


def plain_words(appointment: Appointment) -> str:
    """What the patient was told to remember, when somebody wrote it for one of the needs of this event."""
    requests = select(CareRequest).where(CareRequest.episode_id == appointment.request.episode_id)
    said = (request.answers.get(PLAIN_WORDS) for request in db.session.scalars(requests.order_by(CareRequest.id)))
    return next((words for words in said if isinstance(words, str) and words), "")


def coming_to(patient_id: UUID, now: datetime) -> Sequence[Appointment]:
    """Her visits that are to come or were lately, those with an hour first."""
    statement = (
        select(Appointment)
        .join(CareRequest, CareRequest.id == Appointment.request_id)
        .where(CareRequest.patient_id == patient_id, CareRequest.state.in_(COMING))
        .where(or_(Appointment.starts_at.is_(None), Appointment.starts_at > now - LATELY))
        .options(contains_eager(Appointment.request).joinedload(CareRequest.performer))
        .order_by(Appointment.starts_at.is_(None), Appointment.starts_at, Appointment.id)
    )
    return db.session.scalars(statement.limit(50)).all()


def still_looked_for(patient_id: UUID) -> int:
    """For how many of her needs somebody is still looked for."""
    looking = CareRequest.patient_id == patient_id, CareRequest.state.in_((State.SEARCHING, State.UNANSWERED))
    return db.session.scalar(select(func.count()).where(*looking)) or 0


def last_sender(patient_id: UUID) -> Organization | None:
    """Who asked for her last: the number to call."""
    last = select(CareRequest).where(CareRequest.patient_id == patient_id).order_by(CareRequest.created_at.desc())
    request = db.session.scalar(last.limit(1))
    return request.organization if request else None


def last_author(patient_id: UUID) -> UUID | None:
    """Who asked for her last, in person."""
    last = select(CareRequest.author_id).where(CareRequest.patient_id == patient_id)
    return db.session.scalar(last.order_by(CareRequest.created_at.desc()).limit(1))


def links_of(appointments: Collection[UUID]) -> dict[UUID, str]:
    """By visit: the hash of the patient's link to it."""
    kept = select(PatientLink.appointment_id, PatientLink.token_hash)
    rows = db.session.execute(kept.where(PatientLink.appointment_id.in_(appointments)))
    return {row.appointment_id: row.token_hash for row in rows}


@dataclass(frozen=True)
class LinkHolder:
    """Whoever holds a link or a card, and how she reads. No `language`: nobody said."""

    patient_id: UUID
    language: str | None
    large: bool


def holder_of_link(token: str) -> LinkHolder | None:
    """Of the visit to which this link leads, or led."""
    found = db.session.execute(
        select(CareRequest.patient_id, PatientSpace.language, PatientSpace.large)
        .select_from(PatientLink)
        .join(Appointment, Appointment.id == PatientLink.appointment_id)
        .join(CareRequest, CareRequest.id == Appointment.request_id)
        .outerjoin(PatientSpace, PatientSpace.patient_id == CareRequest.patient_id)
        .where(PatientLink.token_hash == hash_token(token), CareRequest.patient_id.is_not(None))
    ).one_or_none()
    return LinkHolder(found.patient_id, found.language, bool(found.large)) if found else None


def by_token(token: str, now: datetime) -> PatientLink | None:
    """The link that this token opens, unless it has ended. One indexed look-up by hash: nothing to time."""
    return db.session.scalar(
        select(PatientLink).where(PatientLink.token_hash == hash_token(token), PatientLink.expires_at > now)
    )


def ended_by_token(token: str) -> PatientLink | None:
    """The link that this token opened once: who sent it may still be called."""
    return db.session.scalar(select(PatientLink).where(PatientLink.token_hash == hash_token(token)))
