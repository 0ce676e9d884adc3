"""Who may find and open a person, and why: the verbs. Each is said by the act that causes it, in its transaction."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, update

from app.audit.actions import record
from app.core.db import db, insert_into, lock_in_order, new_id
from app.patients.models import RUNNING, Cause, Relation


@dataclass(frozen=True)
class Holder:
    """An organization, so everybody who asks for care there; or one practitioner."""

    organization_id: UUID | None = None
    practitioner_id: UUID | None = None

    @property
    def id(self) -> UUID | None:
        return self.organization_id or self.practitioner_id


def relate(patient_id: UUID, holder: Holder, why: Cause, *, by: UUID | None, now: datetime) -> None:
    """From now on, unless it is so already. It is locked either way: who ends it meanwhile sees this act first."""
    db.session.flush()
    column = Relation.organization_id if holder.organization_id else Relation.practitioner_id
    row = {"organization_id": holder.organization_id, "practitioner_id": holder.practitioner_id}
    begun = insert_into(Relation).values(
        id=new_id(), patient_id=patient_id, why=why, since=now, recorded_by_id=by, **row
    )
    same = [column, Relation.patient_id, Relation.why]
    already = begun.on_conflict_do_update(index_elements=same, index_where=RUNNING, set_={"why": begun.excluded.why})
    db.session.execute(already)


VISIT = timedelta(days=30)
"""How long the whole identity opens a person. Whatever is asked for her meanwhile makes a relation of its own."""


def relate_by_identity(patient_id: UUID, organization_id: UUID, reason: str, *, by: UUID, now: datetime) -> None:
    """Somebody told the whole identity and why: written down for the person to read, even where others had access."""
    relation = Relation(
        id=new_id(),
        patient_id=patient_id,
        organization_id=organization_id,
        why=Cause.IDENTITY,
        since=now,
        until=now + VISIT,
        reason=reason,
        recorded_by_id=by,
    )
    db.session.add(relation)
    record("patient.reached", relation, by, now=now)


def lock_running(patient_id: UUID, why: Cause) -> None:
    """Before one looks which of them are still caused: two causes that end at once must see each other."""
    lock_in_order(Relation, *_running(patient_id, why))


def end_all_but(patient_id: UUID, why: Cause, holders: Collection[UUID], *, until: datetime) -> None:
    """What caused it lasts for these holders only: the other relations of this kind end at `until`."""
    holder = func.coalesce(Relation.organization_id, Relation.practitioner_id)
    over = update(Relation).where(*_running(patient_id, why), holder.not_in(holders))
    db.session.execute(over.values(until=until), execution_options={"synchronize_session": False})


def _running(patient_id: UUID, why: Cause) -> tuple[ColumnElement[bool], ...]:
    return Relation.patient_id == patient_id, Relation.why == why, Relation.until.is_(None)
