"""The end of what is kept: records are archived, then erased, and rows with a shorter term of their own go before.

What is counted is what is done: both ask the same questions (`_plan`).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import structlog
from flask import current_app
from sqlalchemy import ColumnElement, Select, Table, delete, func, null, or_, select, update
from sqlalchemy.orm import aliased

from app.audit.actions import record
from app.core.db import Model, db, new_id, transaction
from app.jobs.timers import Due
from app.patients.keeping import Column, Kept, all_kept
from app.patients.models import Patient, Relation
from app.rights.copying import FLOORS, records_of
from app.rights.models import RetentionRound
from app.rights.rules import EVERY, Terms

log = structlog.get_logger()


@dataclass
class Done:
    """`rows`: by table, those that went; `archived`, `erased`: records of people."""

    archived: int = 0
    erased: int = 0
    rows: Counter[str] = field(default_factory=Counter)

    def __bool__(self) -> bool:
        return bool(self.archived or self.erased or self.rows)


def terms() -> Terms:
    settings = current_app.config["SETTINGS"]
    return Terms(settings.retention_active_years, settings.retention_archive_years)


# ---- whose time is over


_SHE = aliased(Patient)
"""Whose time it may be."""


def _silent_since(before: datetime) -> list[ColumnElement[bool]]:
    """Nothing was done for her since then, in any room: of her record, or of one that became one with it."""
    hers = select(Patient.id).where(func.coalesce(Patient.merged_into_id, Patient.id) == _SHE.id).correlate(_SHE)
    acts = [_done_since(before, kept, kept.act, hers) for kept in all_kept() if kept.act is not None]
    return [_SHE.merged_into_id.is_(None), _SHE.created_at < before, *(~each for each in acts)]


def _done_since(before: datetime, kept: Kept, act: Column, hers: Select[UUID]) -> ColumnElement[bool]:
    leads = kept.leading(hers)
    return select(act).where(act >= before, leads).correlate(_SHE).exists()


def to_erase(now: datetime, *which: ColumnElement[bool]) -> Sequence[UUID]:
    """`which`: among these only."""
    ended = select(_SHE.id).where(*_silent_since(terms().erased_before(now)), *which)
    return db.session.scalars(ended.order_by(_SHE.id)).all()


def to_archive(now: datetime, *which: ColumnElement[bool]) -> Sequence[UUID]:
    """Whose relations still run though nothing was done for so long."""
    open_still = Relation.patient_id == _SHE.id, or_(Relation.until.is_(None), Relation.until > now)
    ended = select(_SHE.id).where(
        *_silent_since(terms().archived_before(now)),
        select(Relation.id).where(*open_still).correlate(_SHE).exists(),
        *which,
    )
    gone = set(to_erase(now, *which))
    return [each for each in db.session.scalars(ended.order_by(_SHE.id)) if each not in gone]


def _over(now: datetime) -> Iterator[tuple[Kept, ColumnElement[bool]]]:
    """The tables with a term of their own, each with its rows that are past it; what refers to others goes first."""
    for kept in sorted(all_kept(), key=lambda each: -FLOORS.index(each.table)):
        if kept.term:
            yield kept, kept.term.after <= now - kept.term.lasts


# ---- dry and in earnest


def foreseen(now: datetime) -> Done:
    """What a run would do now, counted. Nothing is written."""
    people = to_erase(now)
    done = Done(archived=len(to_archive(now)), erased=len(people))
    gone = [record for each in people for record in records_of(each)]
    for table, which in _rows_of(gone):
        done.rows[table.name] += _count(table, which)
    for kept, over in _over(now):
        table = Model.metadata.tables[kept.table]
        hers = kept.of(gone) if gone else None
        done.rows[table.name] += _count(table, over if hers is None else over & ~hers)
    done.rows = +done.rows
    return done


def _count(table: Table, which: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count()).select_from(table).where(which)) or 0


def _rows_of(people: Sequence[UUID]) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """Table by table, whatever refers to another row before that row."""
    if not people:
        return
    ways: dict[str, list[ColumnElement[bool]]] = {}
    for kept in all_kept():
        ways.setdefault(kept.table, []).append(kept.of(people))
    for table in reversed(Model.metadata.sorted_tables):
        if table.name in ways:
            yield table, or_(*ways[table.name])


def run(now: datetime) -> Done:
    """Everything whose time is over now, each record in a transaction of its own: nobody waits for a large house."""
    done = Done()
    for patient_id in to_erase(now):
        with transaction():
            if to_erase(now, _SHE.id == patient_id):  # Somebody may have asked for her meanwhile.
                done.rows += _erase(patient_id, now)
                done.erased += 1
    for patient_id in to_archive(now):
        with transaction():
            if to_archive(now, _SHE.id == patient_id):
                _archive(patient_id, now)
                done.archived += 1
    with transaction():
        for kept, over in _over(now):
            gone = db.session.execute(delete(kept.model).where(over).execution_options(synchronize_session=False))
            done.rows[kept.table] += gone.rowcount  # type: ignore[attr-defined]
        done.rows = +done.rows
        _note(done, now)
    return done


def _erase(patient_id: UUID, now: datetime) -> Counter[str]:
    """Her record and those that became one with it, with every row that any room keeps of her, sealed or not."""
    people = records_of(patient_id)
    rows: Counter[str] = Counter()
    for table, which in _rows_of(people):
        for key in table.foreign_keys:  # A row that refers to one of its own table: both go, in either order.
            if key.column.table is table and key.parent.nullable:
                db.session.execute(update(table).where(which).values({key.parent.name: None}))
        rows[table.name] += db.session.execute(delete(table).where(which)).rowcount  # type: ignore[attr-defined]
    record("person.erased", patient_id, now=now, rows=sum(rows.values()))
    db.session.expunge_all()
    return rows


def _archive(patient_id: UUID, now: datetime) -> None:
    """Nobody opens her by what was: her whole identity and a reason, as for who comes for the first time."""
    running = Relation.patient_id == patient_id, or_(Relation.until.is_(None), Relation.until > now)
    db.session.execute(update(Relation).where(*running).values(until=now).execution_options(synchronize_session=False))
    record("person.archived", patient_id, now=now, patient=patient_id)


def _note(done: Done, now: datetime) -> None:
    told = {"archived": done.archived, "erased": done.erased, "rows": dict(done.rows)}
    db.session.add(RetentionRound(id=new_id(), at=now, next_at=now + EVERY, **told))
    log.info("retention", **told)


# ---- by itself


def run_due(now: datetime) -> int:
    """Once a day, where the operator wants it; how many records and rows went. A worker item."""
    if not current_app.config["SETTINGS"].retention:
        return 0
    last = db.session.scalar(select(func.max(RetentionRound.next_at)))
    if last is not None and last > now:
        return 0
    db.session.rollback()
    done = run(now)
    return done.archived + done.erased + sum(done.rows.values())


def oldest_due(now: datetime) -> Due:
    """Since when a round should have been made; before the first, nothing waits."""
    if not current_app.config["SETTINGS"].retention:
        return select(null())
    due = func.max(RetentionRound.next_at)
    return select(due).having(due <= now)
