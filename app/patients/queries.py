"""Finding a patient again, within what one's organizations may see."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from app.core.db import db
from app.directory.models import Practitioner, PractitionerRole, Profession
from app.patients.actions import birth_date_key, name_key
from app.patients.models import CareTeamMember, Patient
from app.patients.rules import name_start, parse_search

# The first three letters narrow the search; fewer would not find anything by their hash, so the rest is compared
# on the few patients born that day.


def search(text: str, organization_ids: Sequence[UUID]) -> list[Patient]:
    """Patients of these organizations born on the date that `text` begins with, and named as it goes on."""
    wanted = parse_search(text)
    if wanted is None:
        return []
    born, start = wanted
    key = (
        Patient.name_key == name_key(born, start) if len(start) == 3 else Patient.birth_date_key == birth_date_key(born)
    )
    found = db.session.scalars(select(Patient).where(key, Patient.organization_id.in_(organization_ids)).limit(50))
    return [
        p for p in found if name_start(p.birth_name).startswith(start) or name_start(p.given_names).startswith(start)
    ]


def of_organizations(patient_id: UUID, organization_ids: Sequence[UUID]) -> Patient | None:
    """The patient, if one of these organizations manages the record."""
    patient = db.session.get(Patient, patient_id)
    return patient if patient and patient.organization_id in organization_ids else None


def usual(patient_id: UUID, profession: Profession) -> PractitionerRole | None:
    """The role of the patient's usual professional of that kind, when that person can sign in."""
    return db.session.scalar(
        select(PractitionerRole)
        .join(Practitioner, Practitioner.id == PractitionerRole.practitioner_id)
        .join(CareTeamMember, CareTeamMember.practitioner_id == Practitioner.id)
        .where(
            CareTeamMember.patient_id == patient_id,
            CareTeamMember.profession == profession,
            Practitioner.account_id.is_not(None),
        )
    )


def is_usual(patient_id: UUID, practitioner_id: UUID) -> bool:
    return (
        db.session.scalar(
            select(CareTeamMember.id).where(
                CareTeamMember.patient_id == patient_id, CareTeamMember.practitioner_id == practitioner_id
            )
        )
        is not None
    )
