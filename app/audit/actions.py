"""Writing a line. Every event is declared with its exact keys, so that a missing one fails in the first test."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from app.audit.models import AuditEvent
from app.audit.origin import origin
from app.core.db import append


class Row(Protocol):
    """Anything of ours that has an id; a row that is about a patient says so by its `patient_id`."""

    @property
    def id(self) -> UUID: ...


@dataclass(frozen=True)
class Event:
    """`why`: the reason of every such line, none where whoever writes one has to say it; `keys`: of its detail."""

    why: str | None
    keys: Set[str] = frozenset()


EVENTS: dict[str, Event] = {
    "account.signed_in": Event("sign-in", {"means"}),
    "account.signed_out": Event("sign-out"),
    "account.invited": Event("joins an organization", {"organization", "role"}),
    "account.uninvited": Event("joins an organization", {"organization"}),
    "account.joined": Event("by the person", {"organization", "role"}),
    "account.declined": Event("by the person", {"organization", "role"}),
    "account.left": Event("left the organization", {"organization", "roles"}),
    "account.proven": Event("sensitive change", {"means"}),
    "account.device_ended": Event(None, {"device"}),
    "account.recovery_asked": Event(None),
    "account.recovery_confirmed": Event(None, {"organization"}),
    "account.recovery_cancelled": Event(None),
    "account.recovery_opened": Event("two administrators, one day"),
    "account.recovered": Event("two administrators, one day"),
    "account.email_changed": Event("by the person"),
    "account.email_given_back": Event("its mailbox says so"),
    "account.closed": Event("by the person"),
    "organization.opened": Event("by its administrator", {"parent"}),
    "organization.described": Event("by its administrator", {"changed"}),
    "organization.closed": Event("by its administrator"),
    "organization.requests_set": Event("by its administrator", {"withheld"}),
    "account.took_charge": Event("administers what stands above it", {"organization"}),
    "joining.asked": Event("joins an organization", {"vouched"}),
    "joining.accepted": Event(None, {"practitioner"}),
    "joining.refused": Event(None, {"practitioner"}),
    "note.written": Event(None, {"type"}),
    "note.sent_along": Event("care"),
    "note.corrected": Event("by its author"),
    "note.withdrawn": Event("by its author"),
    "safety.noted": Event("care"),
    "advice.given": Event("care"),
    "assessment.made": Event("care", {"grid"}),
    "assessment.withdrawn": Event("by its author"),
    "care_plan.changed": Event(None, {"kind", "verb", "version"}),
    "care_plan.agreed": Event(None, {"version"}),
    "estimate.made": Event("care", {"rates"}),
    "estimate.moved": Event("care", {"to"}),
    "funding.asked": Event("care", {"funder"}),
    "funding.moved": Event("care", {"to"}),
    "funding.taken_over": Event("care"),
    "contract.typed": Event("care"),
    "passkey.enrolled": Event("enrolment", {"synced"}),
    "passkey.renamed": Event("by its owner"),
    "passkey.removed": Event("by its owner", {"passkey"}),
    "passkey.counted_back": Event("a count that goes back may be a copied key", {"passkey", "known", "claimed"}),
    "tablet.prepared": Event("shared tablet"),
    "tablet.enrolled": Event("shared tablet"),
    "tablet.withdrawn": Event("shared tablet"),
    "tablet.code_chosen": Event("shared tablet", {"tablet"}),
    "tablet.code_forgotten": Event(None, {"tablet"}),
    "tablet.code_refused": Event("wrong code", {"tablet"}),
    "tablet.code_locked": Event("wrong code", {"tablet"}),
    "tablet.handed_over": Event("care", {"handover", "came_from"}),
    "patient.created": Event("care"),
    "circle.named": Event("care", {"profession"}),
    "circle.ended": Event(None),
    "consent.withdrawn": Event(None, {"scope"}),
    "objection.made": Event(None, {"refused"}),
    "objection.lifted": Event(None, {"refused"}),
    "relative.named": Event(None, {"headings"}),
    "relative.changed": Event(None, {"headings"}),
    "relative.ended": Event(None),
    "relative.opened": Event("relative"),
    "relative.read": Event("relative", {"headings"}),
    "trusted.named": Event("patient said"),
    "trusted.revoked": Event(None),
    "protection.noted": Event("care", {"kind"}),
    "protection.ended": Event("care", {"kind"}),
    "person.exported": Event(None, {"form"}),
    "rectification.asked": Event("patient"),
    "rectification.settled": Event("patient said"),
    "person.archived": Event("retention"),
    "person.erased": Event("retention", {"rows"}),
    "patient.identity_checked": Event("care", {"document"}),
    "patient.merged": Event("one person, two records", {"absorbed"}),
    "patient.separated": Event("two persons, one record", {"absorbed"}),
    "stay.began": Event("care", {"ward"}),
    "stay.exit_expected": Event("care", {"on"}),
    "stay.ended": Event("care", {"how"}),
    "life.died": Event("care"),
    "life.death_undone": Event("said by mistake"),
    "life.moved": Event("care"),
    "patient.read": Event("care", {"request"}),
    "patient.corrected": Event("care", {"traits"}),
    "patient.local_number": Event("care", {"organization"}),
    "patient.reached": Event("whole identity"),
    "patient.missed": Event("whole identity"),
    "pathway.adopted": Event("coordination", {"pathway"}),
    "emergency.opened": Event("emergency", {"reason"}),
    "emergency.missed": Event("emergency", {"reason"}),
    "emergency.seen": Event("control"),
    "attachment.added": Event("care", {"episode"}),
    "attachment.opened": Event("care", {"page"}),
    "attachment.erased": Event("retention"),
    "pathway.set_aside": Event("coordination", {"pathway"}),
    "folder.begun": Event("care", {"moment", "level"}),
    "folder.informed": Event("care", {"how"}),
    "folder.asked": Event("care", {"member"}),
    "folder.answered": Event("care", {"member", "answer"}),
    "folder.left": Event(None, {"member"}),
    "folder.led": Event("care", {"member"}),
    "folder.reviewed": Event("care", {"level", "next"}),
    "folder.moved": Event("care", {"from", "to"}),
    "request.opened": Event("care", {"pathway"}),
    "request.moved": Event("care", {"from", "to"}),
    "line.said_around": Event("care"),
    "line.said": Event("care", {"request", "kind"}),
    "line.sent_along": Event("care", {"request"}),
    "offer.made": Event("care", {"practitioner", "wave"}),
    "offer.answered": Event("care", {"answer"}),
    "feed.made": Event("by the person"),
    "feed.revoked": Event("by the person"),
    "passage.moved": Event("care"),
    "passage.said": Event("care", {"done"}),
    "passage.told": Event("care"),
    "plan.left": Event("care", {"named"}),
    "plan.changed": Event("care"),
    "plan.renewed": Event("care", {"review_on"}),
    "plan.stopped": Event("care", {"day"}),
    "appointment.proposed": Event("care", {"mode"}),
    "appointment.answered": Event("patient", {"answer"}),
    "appointment.wished": Event("patient", {"reason"}),
    "appointment.call_asked": Event("patient"),
    "appointment.came": Event("patient", {"came"}),
    "space.opened": Event("patient"),
    "space.renewed": Event("care"),
    "space.reminders": Event("patient", {"wanted", "by_mail"}),
    "space.reading": Event("patient", {"language", "large"}),
    "access.refused": Event("not theirs", {"endpoint"}),
    "secrets.rotated": Event("integrity", {"values", "patients", "links"}),
    "audit.searched": Event("control", {"person", "day"}),
    "audit.reported": Event("patient asked"),
    "audit.day_sealed": Event("integrity", {"day", "sequence", "hash"}),
    "audit.pruned": Event("retention", {"sequence", "hash", "lines"}),
}


def record(
    event: str,
    about: Row | UUID,
    by: Row | UUID | None = None,
    *,
    now: datetime,
    patient: UUID | None = None,
    why: str | None = None,
    result: str = "done",
    **detail: object,
) -> None:
    """Write one line at the end of the current transaction: what happened to this row, by whom (none: by itself).

    `patient`: of a row that does not say it by itself. `result`: done or refused. From where it came is known by itself
    (`origin`). Raises KeyError or ValueError when the event is not declared so.
    """
    declared = EVENTS[event]
    reason = why or declared.why
    if declared.keys != detail.keys() or reason is None:
        raise ValueError(f"{event} takes {sorted(declared.keys)}, got {sorted(detail)}, because of {reason}")
    source, client = origin()
    append(
        AuditEvent,
        at=now,
        event=event,
        actor_id=_id(by),
        subject_id=_id(about),
        patient_id=patient or getattr(about, "patient_id", None),
        why=reason,
        source=source.value,
        client=client,
        result=result,
        detail={key: value if value is None else str(value) for key, value in detail.items()},
    )


def _id(row: Row | UUID | None) -> UUID | None:
    return row if row is None or isinstance(row, UUID) else row.id
