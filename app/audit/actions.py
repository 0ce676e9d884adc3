"""Writing a line. Every event is declared with its exact keys, so that a missing one fails in the first test."""

from datetime import datetime
from uuid import UUID

from app.audit.models import AuditEvent
from app.core.db import db

EVENTS: dict[str, frozenset[str]] = {
    "account.signed_in": frozenset({"means"}),
    "account.signed_out": frozenset(),
    "account.invited": frozenset({"role"}),
    "passkey.enrolled": frozenset({"synced"}),
    "patient.created": frozenset(),
    "patient.read": frozenset({"request"}),
    "request.opened": frozenset({"pathway"}),
    "request.moved": frozenset({"from", "to"}),
    "offer.made": frozenset({"practitioner", "wave"}),
    "offer.answered": frozenset({"answer"}),
    "appointment.proposed": frozenset({"mode"}),
    "appointment.answered": frozenset({"answer"}),
    "patient_link.opened": frozenset(),
}


def record(
    event: str,
    *,
    subject: UUID,
    why: str,
    now: datetime,
    actor: UUID | None = None,
    patient: UUID | None = None,
    **detail: str | None,
) -> None:
    """Write one line in the current transaction. Raises KeyError or ValueError when the event is not declared so."""
    if EVENTS[event] != detail.keys():
        raise ValueError(f"{event} takes {sorted(EVENTS[event])}, got {sorted(detail)}")
    line = AuditEvent(
        at=now, event=event, actor_id=actor, subject_id=subject, patient_id=patient, why=why, detail=detail
    )
    db.session.add(line)
