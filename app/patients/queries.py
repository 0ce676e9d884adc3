"""Finding a patient again, within what one's organizations may see."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core.db import db
from app.directory.models import Practitioner, PractitionerRole
from app.patients.actions import birth_date_keys
from app.patients.models import CareTeamMember, Patient
from app.patients.rules import name_start, parse_search

BORN_THAT_DAY = 500
"""More than an organization with ten million patients has for one date; a bound all the same."""


def search(text: str, organization_ids: Sequence[UUID]) -> list[Patient]:
    """Patients of these organizations born on the date that `text` begins with, and named as it goes on.

    Names are sealed, so the index finds the date and the few people born that day are compared by name.
    """
    wanted = parse_search(text)
    if wanted is None:
        return []
    born, start = wanted
    statement = select(Patient).where(
        Patient.birth_date_key.in_(birth_date_keys(born)), Patient.organization_id.in_(organization_ids)
    )
    found = db.session.scalars(statement.limit(BORN_THAT_DAY))
    return [p for p in found if any(name_start(name).startswith(start) for name in (p.birth_name, p.given_names))]


def of_organizations(patient_id: UUID, organization_ids: Sequence[UUID]) -> Patient | None:
    """The patient, if one of these organizations manages the record."""
    patient = db.session.get(Patient, patient_id)
    return patient if patient and patient.organization_id in organization_ids else None


def usual_practitioners(patient_ids: Collection[UUID]) -> dict[tuple[UUID, str], Practitioner]:
    """By patient and profession, be it somebody who can sign in or not; each with where she works."""
    team = select(CareTeamMember.patient_id, CareTeamMember.profession, Practitioner).join(
        CareTeamMember, CareTeamMember.practitioner_id == Practitioner.id
    )
    where = joinedload(Practitioner.role).lazyload(PractitionerRole.organization)
    rows = db.session.execute(team.where(CareTeamMember.patient_id.in_(patient_ids)).options(where))
    return {(patient_id, profession): person for patient_id, profession, person in rows}


def usual_practitioner(patient_id: UUID, profession: str) -> Practitioner | None:
    """The patient's usual professional of that kind, be it one who can sign in or not."""
    return usual_practitioners([patient_id]).get((patient_id, profession))
