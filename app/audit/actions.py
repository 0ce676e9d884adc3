"""Writing a line. Every event is declared with its exact keys, so that a missing one fails in the first test."""

from datetime import datetime
from uuid import UUID

from app.audit.models import AuditEvent
from app.audit.origin import origin
from app.core.db import append

EVENTS: dict[str, frozenset[str]] = {
    "account.signed_in": frozenset({"means"}),
    "account.signed_out": frozenset(),
    "account.invited": frozenset({"organization", "role"}),
    "account.uninvited": frozenset({"organization"}),
    "account.joined": frozenset({"organization", "role"}),
    "account.declined": frozenset({"organization", "role"}),
    "account.left": frozenset({"organization", "roles"}),
    "account.proven": frozenset({"means"}),
    "account.device_ended": frozenset({"device"}),
    "account.recovery_asked": frozenset(),
    "account.recovery_confirmed": frozenset({"organization"}),
    "account.recovery_cancelled": frozenset(),
    "account.recovery_opened": frozenset(),
    "account.recovered": frozenset(),
    "account.email_changed": frozenset(),
    "account.closed": frozenset(),
    "joining.asked": frozenset({"vouched"}),
    "joining.accepted": frozenset({"practitioner"}),
    "joining.refused": frozenset({"practitioner"}),
    "passkey.enrolled": frozenset({"synced"}),
    "passkey.renamed": frozenset(),
    "passkey.removed": frozenset({"passkey"}),
    "passkey.counted_back": frozenset({"passkey", "known", "claimed"}),
    "tablet.prepared": frozenset(),
    "tablet.enrolled": frozenset(),
    "tablet.withdrawn": frozenset(),
    "tablet.code_chosen": frozenset({"tablet"}),
    "tablet.code_forgotten": frozenset({"tablet"}),
    "tablet.code_refused": frozenset({"tablet"}),
    "tablet.code_locked": frozenset({"tablet"}),
    "tablet.handed_over": frozenset({"handover", "came_from"}),
    "patient.created": frozenset(),
    "patient.read": frozenset({"request"}),
    "pathway.adopted": frozenset({"pathway"}),
    "emergency.opened": frozenset({"reason"}),
    "emergency.missed": frozenset({"reason"}),
    "emergency.seen": frozenset(),
    "attachment.added": frozenset({"episode"}),
    "attachment.opened": frozenset(),
    "pathway.set_aside": frozenset({"pathway"}),
    "request.opened": frozenset({"pathway"}),
    "request.moved": frozenset({"from", "to"}),
    "offer.made": frozenset({"practitioner", "wave"}),
    "offer.answered": frozenset({"answer"}),
    "appointment.proposed": frozenset({"mode"}),
    "appointment.answered": frozenset({"answer"}),
    "access.refused": frozenset({"endpoint"}),
    "secrets.rotated": frozenset({"values", "patients", "links"}),
    "audit.searched": frozenset({"person", "day"}),
    "audit.reported": frozenset(),
    "audit.day_sealed": frozenset({"day", "sequence", "hash"}),
    "audit.pruned": frozenset({"sequence", "hash", "lines"}),
}


def record(
    event: str,
    *,
    subject: UUID,
    why: str,
    now: datetime,
    actor: UUID | None = None,
    patient: UUID | None = None,
    result: str = "done",
    **detail: str | None,
) -> None:
    """Write one line at the end of the current transaction. Raises KeyError or ValueError when the event is not
    declared so.

    `result`: done or refused. From where it came is known by itself (`origin`).
    """
    if EVENTS[event] != detail.keys():
        raise ValueError(f"{event} takes {sorted(EVENTS[event])}, got {sorted(detail)}")
    source, client = origin()
    append(
        AuditEvent,
        at=now,
        event=event,
        actor_id=actor,
        subject_id=subject,
        patient_id=patient,
        why=why,
        source=source.value,
        client=client,
        result=result,
        detail=detail,
    )
