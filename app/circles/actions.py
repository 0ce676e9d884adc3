"""Verbs on a circle: somebody is named, takes another's place, leaves. Each is a relation too."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update

from app.audit.actions import record
from app.circles.models import CareTeamMember, Told, Usual
from app.consents.agreements import CIRCLE, ConsentWithdrawn, agree, end_agreements
from app.core.db import db, new_id
from app.patients.models import Cause
from app.patients.relations import end_all_but, lock_running, relate

MEMBER = func.coalesce(CareTeamMember.organization_id, CareTeamMember.practitioner_id)
"""The id of the professional or the place."""


def name_usual(patient_id: UUID, usual: Usual, *, by: UUID, now: datetime) -> None:
    """`by` writes down, with the person's agreement, who usually cares for her. Said again, nothing changes."""
    if set_usual(patient_id, usual, told=Told.NAMED, by=by, now=now):
        agree(patient_id, CIRCLE, how="spoken", by=by, now=now, about=usual.who.id)
        record("circle.named", usual.who, by, now=now, patient=patient_id, profession=usual.profession)


def set_usual(patient_id: UUID, usual: Usual, *, told: Told, now: datetime, by: UUID | None = None) -> bool:
    """Make this the usual one of that profession, in the place of any other, who finds the person no more for that.
    False when it is so already."""
    lock_running(patient_id, Cause.CIRCLE)
    theirs = CareTeamMember.patient_id == patient_id, CareTeamMember.until.is_(None)
    same = select(CareTeamMember).where(*theirs, CareTeamMember.profession == usual.profession)
    former = db.session.scalar(same.with_for_update(of=CareTeamMember))
    if former and former.who.id == usual.who.id:
        return False
    if former:
        former.until = now
        db.session.flush()  # One at a time: the next one begins after this one ended.
    db.session.add(
        CareTeamMember(
            id=new_id(),
            patient_id=patient_id,
            practitioner_id=usual.holder.practitioner_id,
            organization_id=usual.holder.organization_id,
            profession=usual.profession,
            since=now,
            told=told,
            named_by_id=by,
        )
    )
    relate(patient_id, usual.holder, Cause.CIRCLE, by=by, now=now)
    _let_go(patient_id, now)
    return True


def end_usual(member: CareTeamMember, *, by: UUID | None, now: datetime) -> None:
    """She cares for the person no more. `by`: none when the person says so herself. Said twice, it was once."""
    over = update(CareTeamMember).where(CareTeamMember.id == member.id, CareTeamMember.until.is_(None))
    if not db.session.execute(over.values(until=now).returning(CareTeamMember.id)).first():
        return
    _let_go(member.patient_id, now)
    how = "spoken" if by else "herself"
    end_agreements(member.patient_id, CIRCLE, member.who.id, how=how, by=by, now=now)
    why = "care" if by else "patient"
    record("circle.ended", member.who, by, now=now, patient=member.patient_id, why=why)


def end_with_agreement(withdrawn: ConsentWithdrawn) -> None:
    """She agrees no more that somebody is noted as her usual one: that one finds her no more for it."""
    if withdrawn.scope != CIRCLE:
        return
    hers = CareTeamMember.patient_id == withdrawn.patient_id, CareTeamMember.until.is_(None)
    who = (withdrawn.about_id == MEMBER,) if withdrawn.about_id else ()
    for member in db.session.scalars(select(CareTeamMember).where(*hers, *who).order_by(CareTeamMember.id)).all():
        end_usual(member, by=withdrawn.by_id, now=withdrawn.now)


def _let_go(patient_id: UUID, now: datetime) -> None:
    db.session.flush()
    theirs = CareTeamMember.patient_id == patient_id, CareTeamMember.until.is_(None)
    end_all_but(patient_id, Cause.CIRCLE, db.session.scalars(select(MEMBER).where(*theirs)).all(), until=now)
