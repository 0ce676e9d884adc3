"""Reads of circles."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.circles.models import CareTeamMember
from app.circles.rules import USUAL, named
from app.circles.words import Carer
from app.core.db import db
from app.directory.models import Practitioner, PractitionerRole, Profession
from app.directory.queries import known_near
from app.patients.models import Patient

SHOWN = 8
"""People to choose from without scrolling for long; a letter more narrows them."""


def usual_practitioners(patient_ids: Collection[UUID]) -> dict[tuple[UUID, str], Practitioner]:
    """By patient and profession, be it somebody who can sign in or not; each with where she works."""
    team = select(CareTeamMember.patient_id, CareTeamMember.profession, Practitioner).join(
        CareTeamMember, CareTeamMember.practitioner_id == Practitioner.id
    )
    where = joinedload(Practitioner.role).lazyload(PractitionerRole.organization)
    usual = CareTeamMember.patient_id.in_(patient_ids), CareTeamMember.until.is_(None)
    rows = db.session.execute(team.where(*usual).options(where))
    return {(patient_id, profession): person for patient_id, profession, person in rows}


def usual_practitioner(patient_id: UUID, profession: str) -> Practitioner | None:
    """The patient's usual professional of that kind, be it one who can sign in or not."""
    return usual_practitioners([patient_id]).get((patient_id, profession))


def circle_of(patient_id: UUID) -> list[CareTeamMember]:
    """Who usually cares for her now, doctors first."""
    found = db.session.scalars(
        select(CareTeamMember)
        .where(CareTeamMember.patient_id == patient_id, CareTeamMember.until.is_(None))
        .options(
            joinedload(CareTeamMember.practitioner).joinedload(Practitioner.role), joinedload(CareTeamMember.named_by)
        )
    )
    return sorted(found, key=lambda member: (USUAL.index(member.profession), member.since))


def carers_of(patient_id: UUID) -> list[Carer]:
    """The same, for who only reads it."""
    return [Carer.of(member) for member in circle_of(patient_id)]


def member_of(patient_id: UUID, member_id: UUID) -> CareTeamMember | None:
    member = db.session.get(CareTeamMember, member_id)
    return member if member and member.patient_id == patient_id else None


def could_be_usual(patient: Patient, profession: Profession, typed: str) -> Sequence[PractitionerRole]:
    """Whom a typed name may mean, the nearest to where she lives first; those who cannot sign in too."""
    near = known_near(profession, patient.commune)
    return named(typed, [(role.name, role) for role in near])[:SHOWN]
