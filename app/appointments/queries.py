"""Reads of visits."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from app.appointments.models import Appointment, PatientLink
from app.core.db import db
from app.core.tokens import hash_token


def of_request(request_id: UUID) -> Appointment | None:
    return db.session.scalar(select(Appointment).where(Appointment.request_id == request_id))


def of_requests(request_ids: Iterable[UUID]) -> dict[UUID, Appointment]:
    """The visit of each request that has one."""
    found = db.session.scalars(select(Appointment).where(Appointment.request_id.in_(list(request_ids))))
    return {appointment.request_id: appointment for appointment in found}


def by_token(token: str, now: datetime) -> PatientLink | None:
    """The link that this token opens, unless it has ended. One indexed look-up by hash: nothing to time."""
    return db.session.scalar(
        select(PatientLink).where(PatientLink.token_hash == hash_token(token), PatientLink.expires_at > now)
    )
