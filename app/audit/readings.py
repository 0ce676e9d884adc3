"""Who reads about a patient: the line of it, and who left one lately."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from app.audit.actions import record
from app.audit.models import AuditEvent
from app.core.db import db

SITTING = timedelta(hours=1)
"""A page that stays open fetches itself again and again: within this time that is one reading."""


def read_lately(subject: UUID, actor: UUID, now: datetime, within: timedelta = SITTING) -> bool:
    """Does a line say already that this person is reading about the patient here?"""
    statement = select(AuditEvent.id).where(
        AuditEvent.subject_id == subject,
        AuditEvent.actor_id == actor,
        AuditEvent.event == "patient.read",
        AuditEvent.at > now - within,
    )
    return db.session.scalar(statement.limit(1)) is not None


def record_reading(
    subject: UUID,
    *,
    patient: UUID | None,
    by: UUID,
    now: datetime,
    request: UUID | None = None,
    why: str = "care",
) -> None:
    """`by` reads about this patient: in `subject`, which is a request or something of it, if it is of one."""
    record("patient.read", subject, by, now=now, patient=patient, why=why, request=request or "")
