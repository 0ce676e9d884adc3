"""Writing down who the patient is, who usually cares for them, and what they agreed to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select

from app.audit.actions import record
from app.core.db import db, insert_rows, new_id
from app.core.tokens import keyed_numbers
from app.identity.ins import InsKind, checked
from app.identity.rules import Traits
from app.identity.searching import search_keys
from app.language.dates import PartialDate
from app.patients.models import (
    Cause,
    IdentityCheck,
    Patient,
    PatientSearchKey,
    PatientTelecom,
)
from app.patients.relations import Holder, relate


@dataclass(frozen=True)
class Telecom:
    """Another number (E.164), whose it is (`words.WHOSE`), and who answers."""

    number: str
    whose: str
    name: str = ""


@dataclass(frozen=True)
class Identity:
    """The five strict traits, what she is called, and how to reach her. `phone` in E.164, places as INSEE codes;
    `postal_code`: as it was given, empty when only the commune was said; `ins`: the matricule as `ins.read_matricule`
    has it, or none; `telecoms`: further numbers."""

    birth_name: str
    given_names: str
    birth_date: PartialDate
    sex: str
    birth_place: str
    phone: str
    commune_code: str
    address: str = ""
    postal_code: str = ""
    name_used: str = ""
    given_name_used: str = ""
    birth_rank: int = 0
    ins: str = ""
    ins_kind: InsKind | None = None
    telecoms: Sequence[Telecom] = ()

    @property
    def traits(self) -> Traits:
        return Traits(
            birth_name=self.birth_name,
            given_names=self.given_names,
            birth_date=self.birth_date,
            sex=self.sex,
            birth_place=self.birth_place,
            name_used=self.name_used,
            given_name_used=self.given_name_used,
            birth_rank=self.birth_rank,
            phones=(self.phone, *(each.number for each in self.telecoms)),
        )


def create(identity: Identity, *, organization_id: UUID, by: UUID, now: datetime) -> Patient:
    """A new person, whom this organization finds again."""
    patient = Patient(
        id=new_id(),
        birth_name=identity.birth_name,
        given_names=identity.given_names,
        name_used=identity.name_used or None,
        given_name_used=identity.given_name_used or None,
        birth_date_text=identity.birth_date.iso,
        birth_rank=identity.birth_rank,
        sex=identity.sex,
        birth_place=identity.birth_place,
        ins=identity.ins or None,
        ins_kind=identity.ins_kind,
        phone=identity.phone,
        address=identity.address,
        postal_code=identity.postal_code or None,
        commune_code=identity.commune_code,
        created_at=now,
        compared_at=now,  # By whoever writes her down (`merging.note_likely`).
    )
    patient.telecoms = [
        PatientTelecom(id=new_id(), number=each.number, whose=each.whose, name=each.name) for each in identity.telecoms
    ]
    db.session.add(patient)
    index(patient)
    record("patient.created", patient, by, now=now, patient=patient.id)
    relate(patient.id, Holder(organization_id), Cause.ENTERED, by=by, now=now)
    return patient


def index(patient: Patient) -> None:
    """Find this person under what she is called now. Whoever changes a trait or a number says so here."""
    db.session.flush()
    wanted = {hashed(key)[0] for key in keys_of(patient)}
    mine = PatientSearchKey.patient_id == patient.id
    known = set(db.session.scalars(select(PatientSearchKey.key).where(mine)))
    if gone := known - wanted:
        db.session.execute(delete(PatientSearchKey).where(mine, PatientSearchKey.key.in_(gone)))
    insert_rows(PatientSearchKey, [{"key": key, "patient_id": patient.id} for key in sorted(wanted - known)])
    for each in patient.local_numbers:
        each.key = hashed(local_key(each.organization_id, each.number))[0]


def keys_of(patient: Patient) -> set[str]:
    return search_keys(patient.traits) | ({f"ins {patient.ins}"} if patient.ins else set())


def local_key(organization_id: UUID, number: str) -> str:
    """Within one organization: what another one calls somebody is no key of hers."""
    return f"local {organization_id} {number.upper()}"


def hashed(key: str) -> list[int]:
    """As it is kept; under every key of the ring, the present one first."""
    return keyed_numbers("patient-search", key)


def all_hashed(keys: Iterable[str]) -> list[int]:
    return [number for key in keys for number in hashed(key)]


def note_check(patient: Patient, document: str, *, by: UUID, now: datetime) -> None:
    """`by` has compared the identity with this document (`ins.DOCUMENTS`), which the person showed."""
    db.session.add(IdentityCheck(patient_id=patient.id, document=document, checked_by_id=by, at=now))
    patient.identity_status = checked(patient.identity_status)
    record("patient.identity_checked", patient, by, now=now, patient=patient.id, document=document)
