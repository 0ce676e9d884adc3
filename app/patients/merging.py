"""Two records of one person become one, with a trace and a way back; and pairs that somebody still has to look at.

The absorbed record stays, with its names and its keys: who looks for her by them is led to the record that was kept.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from sqlalchemy import ColumnElement, Table, select, update
from sqlalchemy.orm import joinedload

from app.audit.actions import record
from app.core.db import Model, db, insert_into, lock_in_order, new_id
from app.patients.models import LikelyDuplicate, Patient, PatientMerge


class Stays(Enum):
    """Why a row that names the absorbed record goes on doing so."""

    SAYS_WHAT_WAS = "it tells the story of this record, not of the person"
    FINDS_HER = "it leads from a name or a number to this record, and from there to the one that was kept"


@dataclass(frozen=True)
class GoesAlong:
    """It is hers under whichever record; `alone`: unless the kept record has a row that is equal in these columns."""

    alone: tuple[str, ...] | None = None


POINTERS: dict[str, GoesAlong | Stays] = {
    "assessment.patient_id": GoesAlong(),
    "assistance_contract.patient_id": GoesAlong(alone=("replaced_at",)),
    "care_request.patient_id": GoesAlong(),
    "care_team_member.patient_id": GoesAlong(alone=("profession", "until")),
    "consent.patient_id": GoesAlong(),
    "conversation.patient_id": GoesAlong(),
    "correction.patient_id": Stays.SAYS_WHAT_WAS,
    "document.patient_id": GoesAlong(),
    "emergency_access.patient_id": GoesAlong(),
    "episode.patient_id": GoesAlong(),
    "folder.patient_id": GoesAlong(alone=("territory_id", "ended_at")),
    "estimate.patient_id": GoesAlong(),
    "funding_request.patient_id": GoesAlong(),
    "identity_check.patient_id": Stays.SAYS_WHAT_WAS,
    "legal_protection.patient_id": GoesAlong(),
    "liaison_book_reader.patient_id": GoesAlong(alone=("account_id",)),
    "liaison_note.patient_id": GoesAlong(),
    "liaison_safety_note.patient_id": GoesAlong(),
    "local_number.patient_id": GoesAlong(alone=("organization_id",)),
    "life_event.patient_id": GoesAlong(alone=("kind", "undone_at")),
    "likely_duplicate.other_id": Stays.SAYS_WHAT_WAS,
    "likely_duplicate.patient_id": Stays.SAYS_WHAT_WAS,
    "objection.patient_id": GoesAlong(),
    "patient.merged_into_id": GoesAlong(),
    "patient_merge.absorbed_id": Stays.SAYS_WHAT_WAS,
    "patient_merge.kept_id": Stays.SAYS_WHAT_WAS,
    "patient_search_key.patient_id": Stays.FINDS_HER,
    "patient_space.patient_id": GoesAlong(alone=()),
    "patient_telecom.patient_id": GoesAlong(),
    "rectification.patient_id": GoesAlong(),
    "related_person.patient_id": GoesAlong(),
    "relation.patient_id": GoesAlong(alone=("organization_id", "practitioner_id", "why", "until")),
    "trusted_person.patient_id": GoesAlong(alone=("revoked_at",)),
    "stay.patient_id": GoesAlong(alone=("until",)),
}
"""Every column of the schema that refers to a patient, which a test compares, and what becomes of it."""

SAME, OTHER = "same", "other"
"""What somebody said of a pair."""


def merge(kept_id: UUID, absorbed_id: UUID, *, by: UUID | None, now: datetime) -> PatientMerge | None:
    """From now on there is one record of her. None when one of both is no longer a record of its own. `by`: none when
    the house joins what agrees in every strict trait."""
    lock_in_order(Patient, Patient.id.in_((kept_id, absorbed_id)))
    kept, absorbed = (db.session.get_one(Patient, each, populate_existing=True) for each in (kept_id, absorbed_id))
    if kept_id == absorbed_id or kept.merged_into_id or absorbed.merged_into_id:
        return None
    moved = {name: _move(name, rule, absorbed_id, kept_id) for name, rule in _moving()}
    absorbed.merged_into_id = kept_id
    merged = PatientMerge(
        id=new_id(),
        kept_id=kept_id,
        absorbed_id=absorbed_id,
        merged_by_id=by,
        merged_at=now,
        moved={name: ids for name, ids in moved.items() if ids},
    )
    db.session.add(merged)
    settle(kept_id, absorbed_id, SAME, by=by, now=now)
    record("patient.merged", kept, by, now=now, patient=kept_id, absorbed=str(absorbed_id))
    db.session.flush()
    db.session.expire_all()
    return merged


def separate(merged: PatientMerge, *, by: UUID, now: datetime) -> bool:
    """They were two people: everything that was moved goes back. False when it has been, or when the kept record was
    itself absorbed since; that has to be undone first."""
    lock_in_order(Patient, Patient.id.in_((merged.kept_id, merged.absorbed_id)))
    db.session.refresh(merged)
    absorbed = db.session.get_one(Patient, merged.absorbed_id, populate_existing=True)
    if merged.undone_at or absorbed.merged_into_id != merged.kept_id:
        return False
    absorbed.merged_into_id = None
    db.session.flush()
    for name, ids in merged.moved.items():
        _give(name, [UUID(each) for each in ids], merged.absorbed_id)
    merged.undone_at, merged.undone_by_id = now, by
    settle(merged.kept_id, merged.absorbed_id, OTHER, by=by, now=now)
    record("patient.separated", absorbed, by, now=now, patient=merged.kept_id, absorbed=str(absorbed.id))
    db.session.flush()
    db.session.expire_all()
    return True


def _moving() -> Iterator[tuple[str, GoesAlong]]:
    return ((name, rule) for name, rule in POINTERS.items() if isinstance(rule, GoesAlong))


def _table(name: str) -> tuple[Table, str]:
    table, column = name.split(".")
    return Model.metadata.tables[table], column


def _move(name: str, rule: GoesAlong, absorbed: UUID, kept: UUID) -> list[str]:
    """Which rows have gone from one record to the other."""
    table, column = _table(name)
    mine = [table.c[column] == absorbed]
    if rule.alone is not None:
        mine.append(~_has_its_own(table, column, rule.alone, kept))
    ids = db.session.scalars(select(table.c.id).where(*mine).order_by(table.c.id).with_for_update()).all()
    _give(name, ids, kept)
    return [str(each) for each in ids]


def _has_its_own(table: Table, column: str, alike: tuple[str, ...], kept: UUID) -> ColumnElement[bool]:
    its = table.alias()
    same = [its.c[each].is_not_distinct_from(table.c[each]) for each in alike]
    return select(its.c.id).where(its.c[column] == kept, *same).exists()


def _give(name: str, ids: Collection[UUID], patient: UUID) -> None:
    table, column = _table(name)
    if ids:
        db.session.execute(update(table).where(table.c.id.in_(ids)).values({column: patient}))


def note_likely(one: UUID, other: UUID, why: tuple[str, ...], *, now: datetime) -> None:
    """Somebody has to look whether they are one person (`why`: of `words.LIKENESS`), unless somebody has."""
    older, younger = sorted((one, other))
    pair = {"id": new_id(), "patient_id": older, "other_id": younger, "why": " ".join(why), "noted_at": now}
    known = [LikelyDuplicate.patient_id, LikelyDuplicate.other_id]
    db.session.execute(insert_into(LikelyDuplicate).values(pair).on_conflict_do_nothing(index_elements=known))


def settle(one: UUID, other: UUID, verdict: str, *, by: UUID | None, now: datetime) -> None:
    """Somebody has looked; the pair is asked about no more."""
    older, younger = sorted((one, other))
    db.session.execute(
        update(LikelyDuplicate)
        .where(LikelyDuplicate.patient_id == older, LikelyDuplicate.other_id == younger)
        .values(verdict=verdict, settled_at=now, settled_by_id=by)
    )


def verdict(one: UUID, other: UUID) -> str | None:
    """What somebody said of this pair; none when nobody has looked."""
    older, younger = sorted((one, other))
    pair = LikelyDuplicate.patient_id == older, LikelyDuplicate.other_id == younger
    return db.session.scalar(select(LikelyDuplicate.verdict).where(*pair))


def to_look_at(*which: ColumnElement[bool], limit: int = 50) -> list[LikelyDuplicate]:
    """Pairs that nobody has looked at, the oldest first; `which`: of `Patient`, the older record."""
    waiting = (
        select(LikelyDuplicate)
        .join(Patient, Patient.id == LikelyDuplicate.patient_id)
        .where(LikelyDuplicate.settled_at.is_(None), *which)
        .order_by(LikelyDuplicate.id)
        .limit(limit)
    )
    return list(db.session.scalars(waiting))


def lately_merged(*which: ColumnElement[bool], since: datetime, limit: int = 20) -> list[PatientMerge]:
    """What can still be undone, the latest first; `which`: of `Patient`, the record that was kept."""
    merged = (
        select(PatientMerge)
        .join(Patient, Patient.id == PatientMerge.kept_id)
        .where(PatientMerge.undone_at.is_(None), PatientMerge.merged_at >= since, *which)
        .options(joinedload(PatientMerge.merged_by))
        .order_by(PatientMerge.id.desc())
        .limit(limit)
    )
    return list(db.session.scalars(merged))
