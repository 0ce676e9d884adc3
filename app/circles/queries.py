"""Reads of circles."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.interfaces import ORMOption

from app.circles.models import CareTeamMember
from app.circles.rules import USUAL
from app.circles.words import Carer
from app.core.db import db
from app.directory import queries as directory
from app.directory.models import Practitioner, PractitionerRole


def usual_members(patient_ids: Collection[UUID]) -> dict[tuple[UUID, str], CareTeamMember]:
    """By patient and profession, be it somebody who can sign in or not; each with where she works."""
    where = joinedload(CareTeamMember.practitioner).joinedload(Practitioner.role)
    usual = CareTeamMember.patient_id.in_(patient_ids), CareTeamMember.until.is_(None)
    team = select(CareTeamMember).where(*usual).options(where.lazyload(PractitionerRole.organization))
    return {(member.patient_id, member.profession): member for member in db.session.scalars(team)}


def usual_member(patient_id: UUID, profession: str) -> CareTeamMember | None:
    """Who usually does that for this patient, be it somebody who can sign in or not."""
    return usual_members([patient_id]).get((patient_id, profession))


def asked_first(usual: CareTeamMember, now: datetime) -> Sequence[PractitionerRole]:
    """Who is asked because of it: the usual professional, or who stands in for her while she is away; of a place,
    whoever does it there. Nobody where requests are not welcome or nobody can answer."""
    if usual.organization_id:
        return directory.answering_at(usual.organization_id, usual.profession)
    role = usual.practitioner.role.standing_in(now) if usual.practitioner and usual.practitioner.role else None
    return [role] if role and role.answers else []


def colleagues_of(usual: CareTeamMember) -> Sequence[PractitionerRole]:
    """Who does the same where the usual one works; of a place, whoever does it there."""
    if usual.organization_id:
        return directory.answering_at(usual.organization_id, usual.profession)
    return directory.colleagues(usual.practitioner.role) if usual.practitioner and usual.practitioner.role else []


def told_at(usual: CareTeamMember) -> Sequence[Practitioner]:
    """Whom news for the usual one reach: herself, or everybody who does it at this place."""
    if usual.organization_id:
        return directory.practitioners_at(usual.organization_id, usual.profession)
    return [usual.practitioner] if usual.practitioner else []


def circle_of(patient_id: UUID) -> list[CareTeamMember]:
    """Who usually cares for her now, doctors first."""
    return _usual(patient_id, joinedload(CareTeamMember.named_by))


def carers_of(patient_id: UUID) -> list[Carer]:
    """The same, for who only reads it."""
    return [Carer.of(member) for member in _usual(patient_id)]


def _usual(patient_id: UUID, *options: ORMOption) -> list[CareTeamMember]:
    now = CareTeamMember.patient_id == patient_id, CareTeamMember.until.is_(None)
    found = db.session.scalars(select(CareTeamMember).where(*now).options(*options))
    return sorted(found, key=lambda member: (USUAL.index(member.profession), member.since))


def member_of(patient_id: UUID, member_id: UUID) -> CareTeamMember | None:
    member = db.session.get(CareTeamMember, member_id)
    return member if member and member.patient_id == patient_id else None
