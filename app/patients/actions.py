"""Writing down who the patient is, who usually cares for them, and what they agreed to."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from app.audit.actions import record
from app.core.db import db, new_id
from app.core.tokens import keyed_hash, keyed_hashes
from app.directory.models import Practitioner
from app.patients.models import CareTeamMember, Cause, Consent, Patient
from app.patients.relations import Holder, end_all_but, relate


@dataclass(frozen=True)
class Identity:
    """The five traits, and how to reach the person. `phone` in E.164, places as INSEE codes; `postal_code`: as it was
    given, empty when only the commune was said."""

    birth_name: str
    given_names: str
    birth_date: date
    sex: str
    birth_place: str
    phone: str
    commune_code: str
    address: str = ""
    postal_code: str = ""


def create(identity: Identity, *, organization_id: UUID, by: UUID, now: datetime) -> Patient:
    """A new person, whom this organization finds again."""
    patient = Patient(
        id=new_id(),
        birth_name=identity.birth_name,
        given_names=identity.given_names,
        birth_date_text=identity.birth_date.isoformat(),
        sex=identity.sex,
        birth_place=identity.birth_place,
        phone=identity.phone,
        address=identity.address,
        postal_code=identity.postal_code or None,
        commune_code=identity.commune_code,
        birth_date_key=birth_date_key(identity.birth_date),
        created_at=now,
    )
    db.session.add(patient)
    record("patient.created", patient, by, now=now, patient=patient.id)
    relate(patient.id, Holder(organization_id), Cause.ENTERED, by=by, now=now)
    return patient


def birth_date_key(born: date) -> str:
    return keyed_hash("birth-date", born.isoformat())


def birth_date_keys(born: date) -> list[str]:
    """As they may be kept while the keys are being rotated."""
    return keyed_hashes("birth-date", born.isoformat())


def agree(patient_id: UUID, scope: str, *, how: str, by: UUID, now: datetime) -> None:
    """Keep the patient's agreement as a dated act of a named person."""
    db.session.add(Consent(patient_id=patient_id, scope=scope, given_how=how, recorded_by=by, at=now))


def set_usual(patient_id: UUID, practitioner: Practitioner, *, now: datetime, by: UUID | None = None) -> None:
    """Make `practitioner` the patient's usual one of that profession, in the place of any other, who finds the patient
    no more for that."""
    member = db.session.scalar(
        select(CareTeamMember).where(
            CareTeamMember.patient_id == patient_id, CareTeamMember.profession == practitioner.profession
        )
    )
    if member is None:
        member = CareTeamMember(patient_id=patient_id, profession=practitioner.profession)
        db.session.add(member)
    member.practitioner_id, member.since = practitioner.id, now
    relate(patient_id, Holder(practitioner_id=practitioner.id), Cause.CIRCLE, by=by, now=now)
    circle = db.session.scalars(select(CareTeamMember.practitioner_id).where(CareTeamMember.patient_id == patient_id))
    end_all_but(patient_id, Cause.CIRCLE, circle.all(), until=now)
