"""Reads of visits."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from app.appointments.models import Appointment, PatientLink
from app.care_requests.models import CareRequest
from app.care_requests.rules import State
from app.core.db import db
from app.core.tokens import hash_token

PLAIN_WORDS = "plain-words"
"""The question of a pathway whose answer is written for the patient."""


def of_request(request_id: UUID) -> Appointment | None:
    return db.session.scalar(select(Appointment).where(Appointment.request_id == request_id))


def others_of(appointment: Appointment) -> Sequence[Appointment]:
    """Whoever else comes for the same event, those with a time first."""
    coming = (State.ACCEPTED, State.SCHEDULED, State.STARTED)
    statement = (
        select(Appointment)
        .join(CareRequest, CareRequest.id == Appointment.request_id)
        .where(CareRequest.episode_id == appointment.request.episode_id, CareRequest.id != appointment.request_id)
        .where(CareRequest.state.in_(coming))
        .order_by(Appointment.starts_at.is_(None), Appointment.starts_at, Appointment.id)
    )
    return db.session.scalars(statement).all()


def plain_words(appointment: Appointment) -> str:
    """What the patient was told to remember, when somebody wrote it for one of the needs of this event."""
    requests = select(CareRequest).where(CareRequest.episode_id == appointment.request.episode_id)
    said = (request.answers.get(PLAIN_WORDS) for request in db.session.scalars(requests.order_by(CareRequest.id)))
    return next((words for words in said if isinstance(words, str) and words), "")


def by_token(token: str, now: datetime) -> PatientLink | None:
    """The link that this token opens, unless it has ended. One indexed look-up by hash: nothing to time."""
    return db.session.scalar(
        select(PatientLink).where(PatientLink.token_hash == hash_token(token), PatientLink.expires_at > now)
    )


def ended_by_token(token: str) -> PatientLink | None:
    """The link that this token opened once: who sent it may still be called."""
    return db.session.scalar(select(PatientLink).where(PatientLink.token_hash == hash_token(token)))
