"""What the person refuses: who may not see her. One condition, which every question of access asks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update
from sqlalchemy.orm import joinedload

from app.accounts.models import Account
from app.audit.actions import record
from app.consents.models import Objection, Refusing
from app.core.db import db, new_id
from app.core.events import announce
from app.directory.models import Practitioner, PractitionerRole
from app.live.actions import changed
from app.patients.models import Cause, Patient, Relation


@dataclass(frozen=True)
class Whom:
    """Whom she refuses: a professional (`account_id`, `practitioner_id`, or both), a place, or none of these."""

    refused: Refusing
    organization_id: UUID | None = None
    practitioner_id: UUID | None = None
    account_id: UUID | None = None


@dataclass(frozen=True)
class Objected:
    """A person refuses a professional from now on: what that one was to do for her goes to others.

    `by_id`: who wrote it down; none: she did, in her space.
    """

    patient_id: UUID
    practitioner_id: UUID
    by_id: UUID | None
    now: datetime


_RUNNING = Objection.until.is_(None)


def is_refused(account: Account) -> ColumnElement[bool]:
    """`patients.queries.is_objected_to`.

    The emergency asks nothing of this: the broken glass opens, and she reads that it did (L1110-4; `emergency`).
    """
    at_work = Objection.organization_id.in_(account.organizations())
    place = or_(Objection.organization_id == Relation.organization_id, Relation.practitioner_id.is_not(None) & at_work)
    others = and_(Objection.refused == Refusing.ALL_BUT_CIRCLE, Relation.why != Cause.CIRCLE)
    hers = Objection.patient_id == Relation.patient_id, _RUNNING
    return select(Objection.id).where(*hers, or_(_names(account.id), place, others)).correlate(Relation).exists()


def _names(account_id: Any) -> ColumnElement[bool]:
    herself = select(Practitioner.id).where(Practitioner.account_id == account_id)
    return or_(Objection.account_id == account_id, Objection.practitioner_id.in_(herself))


def names_reader(patient: Any, reader: Any) -> ColumnElement[bool]:
    """For a list: does the person of this column refuse `reader`, an account's id or a parameter for it, by name?"""
    theirs = Objection.patient_id == patient, _RUNNING, _names(reader)
    return select(Objection.id).where(*theirs).correlate(patient.class_).exists()


def refuses(patient_id: UUID | None, account: Account) -> bool:
    """Does she refuse this very professional? Then nothing of hers is shown to her, be it care under way."""
    mine = select(Objection.id).where(Objection.patient_id == patient_id, _RUNNING, _names(account.id))
    return patient_id is not None and db.session.scalar(mine.limit(1)) is not None


_INBOX = func.coalesce(Objection.practitioner_id, PractitionerRole.practitioner_id, PractitionerRole.id)


def _refused(what: Any, patient_ids: Collection[UUID | None]) -> Select[Any]:
    """Of a professional she refuses her inbox; of a place those of everybody there."""
    there = PractitionerRole.organization_id == Objection.organization_id
    theirs = Objection.patient_id.in_(patient_ids), _RUNNING, _INBOX.is_not(None)
    return select(*what).select_from(Objection).outerjoin(PractitionerRole, there).where(*theirs)


def refused_inboxes(patient_id: UUID | None) -> Select[UUID]:
    """Whom nobody may ask for her."""
    return _refused([_INBOX], [patient_id])


def refused_recipients(patient_ids: Collection[UUID]) -> dict[UUID | None, list[UUID]]:
    """The same, by person."""
    found: dict[UUID | None, list[UUID]] = {}
    for patient_id, recipient_id in db.session.execute(_refused([Objection.patient_id, _INBOX], patient_ids)):
        found.setdefault(patient_id, []).append(recipient_id)
    return found


def whom_she_accepts(patient_id: UUID | None, roles: Sequence[PractitionerRole]) -> list[PractitionerRole]:
    """Those of them who may be asked for her, in their order."""
    refused = set(db.session.scalars(refused_inboxes(patient_id))) if patient_id and roles else set()
    return [role for role in roles if role.recipient_id not in refused]


def turns_away(patient: Any, role: PractitionerRole) -> ColumnElement[bool]:
    """For a condition: does the person of this column refuse this professional, or the place?"""
    named = or_(Objection.practitioner_id == role.recipient_id, Objection.organization_id == role.organization_id)
    theirs = Objection.patient_id == patient, _RUNNING, named
    return select(Objection.id).where(*theirs).correlate(patient.class_).exists()


def objections_of(patient_id: UUID) -> Sequence[Objection]:
    """Those that stand, the oldest first."""
    who = (
        joinedload(Objection.organization),
        joinedload(Objection.practitioner),
        joinedload(Objection.account).lazyload(Account.memberships),
    )
    mine = select(Objection).where(Objection.patient_id == patient_id, _RUNNING).options(*who)
    return db.session.scalars(mine.order_by(Objection.id)).all()


def general_of(patient_id: UUID) -> set[Refusing]:
    """What she refuses of everybody: sharing within the team (L1110-12 CSP), any new use of her record."""
    mine = select(Objection.refused).where(Objection.patient_id == patient_id, _RUNNING)
    return set(db.session.scalars(mine))


def keeps_the_team_apart(patient_id: UUID) -> bool:
    return Refusing.TEAM in general_of(patient_id)


def is_frozen(patient_id: UUID) -> bool:
    """Has she asked that nothing new be done with her record, while something in it is contested?"""
    return Refusing.NEW_USE in general_of(patient_id)


def object_to(patient_id: UUID, whom: Whom, *, how: str, by: UUID | None, now: datetime) -> None:
    """From now on: the next request of a page that is open is refused. Said twice, it was said once."""
    db.session.execute(select(Patient.id).where(Patient.id == patient_id).with_for_update())
    whom = _known_twice(whom)
    same = [getattr(Objection, name).is_not_distinct_from(value) for name, value in vars(whom).items()]
    if db.session.scalar(select(Objection.id).where(Objection.patient_id == patient_id, _RUNNING, *same)):
        return
    objection = Objection(id=new_id(), patient_id=patient_id, since=now, told_how=how, recorded_by_id=by, **vars(whom))
    db.session.add(objection)
    db.session.flush()
    record("objection.made", objection, by, now=now, why=_whose(by), refused=whom.refused.value)
    changed("patient", patient_id)
    if whom.practitioner_id:
        announce(Objected(patient_id, whom.practitioner_id, by, now))


def _known_twice(whom: Whom) -> Whom:
    """A professional is refused as who signs in and as who is asked."""
    if whom.refused is not Refusing.SOMEBODY:
        return whom
    known = (
        Practitioner.id == whom.practitioner_id if whom.practitioner_id else Practitioner.account_id == whom.account_id
    )
    person = db.session.scalar(select(Practitioner).where(known))
    if person is None:
        return whom
    return Whom(whom.refused, practitioner_id=person.id, account_id=whom.account_id or person.account_id)


def lift(objection: Objection, *, by: UUID | None, now: datetime) -> None:
    """She takes it back: what relations there are count again. Said twice, it was once."""
    over = update(Objection).where(Objection.id == objection.id, _RUNNING).values(until=now, lifted_by_id=by)
    if db.session.execute(over.returning(Objection.id)).first():
        record("objection.lifted", objection, by, now=now, why=_whose(by), refused=objection.refused.value)
        changed("patient", objection.patient_id)


def _whose(by: UUID | None) -> str:
    return "patient said" if by else "patient"
