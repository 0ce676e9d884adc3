"""Records that were written down before Relais compared them: those that agree in everything become one, and those that
nearly do are shown to the coordination. Once, after an upgrade (`relais patients join`): names are sealed, so no
migration can read them.

Whoever is written down since is compared at that moment, and then a human says (decision 0049): else somebody who
knows an identity by heart would come by its record without a reason.
"""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from app.core.db import db, lock_in_order
from app.identity.ins import IdentityStatus
from app.identity.likeness import surely_same
from app.jobs.setbacks import one_by_one
from app.patients.merging import OTHER, merge, note_likely, verdict
from app.patients.models import Patient
from app.patients.queries import likely_same

TO_COMPARE = Patient.compared_at.is_(None)


def uncompared() -> int:
    """How many records wait to be compared."""
    return db.session.scalar(select(func.count()).select_from(Patient).where(TO_COMPARE)) or 0


def join(size: int, now: datetime) -> Iterator[int]:
    """Compare `size` records after another, each in a transaction of its own, and say how many were tried. Stopped at
    any point, it goes on from there; a record that fails is set aside, and still counts as `uncompared`."""
    due = select(Patient.id).where(TO_COMPARE).order_by(Patient.id).limit(size)
    while done := one_by_one("record to compare", due, compare, now):
        yield done


def compare(patient_id: UUID, now: datetime) -> None:
    """This record with all others."""
    patient = db.session.get_one(Patient, patient_id)
    alike = [] if patient.merged_into_id else likely_same(patient.traits)
    others = {other: why for other, why in alike if other.id != patient_id}
    lock_in_order(Patient, Patient.id.in_([patient_id, *(other.id for other in others)]))
    patient.compared_at = now
    same = [other for other in others if is_surely(patient, other)]
    for other, why in others.items():
        # Of those that become one, too: it keeps why, and whoever undoes it says there that they are two.
        note_likely(patient_id, other.id, why, now=now)
    kept, *absorbed = sorted([patient, *same], key=_most_reliable_first)
    for record in [(kept.id, each.id) for each in absorbed]:
        merge(*record, by=None, now=now)


def is_surely(one: Patient, other: Patient) -> bool:
    """Unless somebody has said that they are two, or they have two national numbers."""
    two_numbers = one.ins and other.ins and one.ins != other.ins
    return surely_same(one.traits, other.traits) and not two_numbers and verdict(one.id, other.id) != OTHER


def _most_reliable_first(record: Patient) -> tuple[int, UUID]:
    """What somebody saw a document for is kept; then the older one (UUIDv7)."""
    seen = record.identity_status in (IdentityStatus.VALIDATED, IdentityStatus.QUALIFIED)
    return (0 if seen else 1), record.id
