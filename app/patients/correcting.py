"""Correcting what was written of a person: each trait with what it said before, by whom and when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.audit.actions import record
from app.core.db import append, db
from app.core.events import announce
from app.identity.ins import IdentityStatus
from app.language.dates import PartialDate
from app.live.actions import changed as changed_topic
from app.patients.actions import Identity, index
from app.patients.models import Correction, Patient

WRITTEN = (
    *("birth_name", "given_names", "name_used", "given_name_used", "birth_date", "birth_rank", "sex", "birth_place"),
    *("phone", "address", "postal_code", "commune_code"),
)
"""What is corrected by a form. The INS comes from its teleservice, and other numbers have rows of their own."""


STRICT = {"birth_name", "given_names", "birth_date", "sex", "birth_place"}


@dataclass(frozen=True)
class PatientCorrected:
    """Somebody corrected this person's traits (names of `WRITTEN`): whoever cares for her has to know."""

    patient_id: UUID
    traits: frozenset[str]
    by: UUID
    now: datetime


def identity_of(patient: Patient) -> Identity:
    """As it is kept now."""
    return Identity(
        birth_name=patient.birth_name,
        given_names=patient.given_names,
        birth_date=patient.born,
        sex=patient.sex,
        birth_place=patient.birth_place,
        phone=patient.phone,
        commune_code=patient.commune_code,
        address=patient.address,
        postal_code=patient.postal_code or "",
        name_used=patient.name_used or "",
        given_name_used=patient.given_name_used or "",
        birth_rank=patient.birth_rank,
    )


def correct(patient_id: UUID, identity: Identity, version: int, *, by: UUID, now: datetime) -> bool:
    """Write what differs. False when somebody corrected her since `version`: whoever types must see that first."""
    fresh = select(Patient).where(Patient.id == patient_id).with_for_update(key_share=True, of=Patient)
    patient = db.session.scalars(fresh.execution_options(populate_existing=True)).one()
    before = identity_of(patient)
    changed = [name for name in WRITTEN if getattr(before, name) != getattr(identity, name)]
    if not changed:
        return True
    if patient.version != version:
        return False
    for name in changed:
        _write(patient, name, getattr(identity, name))
        told = {"before": _text(getattr(before, name)), "after": _text(getattr(identity, name))}
        append(Correction, patient_id=patient.id, trait=name, at=now, by_id=by, **told)
    if STRICT.intersection(changed):  # What somebody checked was another identity (EXI SI 07).
        patient.identity_status = IdentityStatus.PROVISIONAL
    patient.version += 1
    index(patient)
    record("patient.corrected", patient, by, now=now, patient=patient.id, traits=", ".join(changed))
    changed_topic("patient", patient.id)
    announce(PatientCorrected(patient.id, frozenset(changed), by, now))
    return True


EMPTY_IS_NONE = {"name_used", "given_name_used", "postal_code"}


def _write(patient: Patient, name: str, value: Any) -> None:
    if name == "birth_date":
        patient.birth_date_text = value.iso
    else:
        setattr(patient, name, value or None if name in EMPTY_IS_NONE else value)


def _text(value: Any) -> str:
    return value.iso if isinstance(value, PartialDate) else str(value)
