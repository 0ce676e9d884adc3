"""The numbers of a person: telephones, each with whose it is; the national one; and what an organization calls her in
its own files."""

import re
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.audit.actions import record
from app.core.db import append, db, lock_in_order, new_id
from app.core.events import announce
from app.identity.ins import InsKind, retyped
from app.language.words import phone
from app.live.actions import changed
from app.patients.actions import Telecom, all_hashed, hashed, index, local_key
from app.patients.correcting import PatientCorrected
from app.patients.merging import note_likely
from app.patients.models import Correction, LocalNumber, Patient, PatientTelecom
from app.patients.queries import find
from app.patients.words import WHOSE

LOCAL = re.compile(r"[\w./-]{3,30}")
MOST = 8
"""Telephones beside the first: more is a mistake, or a list of a family's."""


class Taken(Exception):
    """This organization calls somebody else so."""


def add_telecom(patient: Patient, telecom: Telecom, *, by: UUID, now: datetime) -> bool:
    """Another number; the same one again changes whose it is. False when there are too many."""
    lock_in_order(Patient, Patient.id == patient.id)
    db.session.refresh(patient, ["telecoms"])
    same = next((each for each in patient.telecoms if each.number == telecom.number), None)
    if same is None and len(patient.telecoms) >= MOST:
        return False
    before = telecom_words(same) if same else ""
    kept = same or PatientTelecom(id=new_id(), number=telecom.number)
    kept.whose, kept.name = telecom.whose, telecom.name
    if same is None:
        patient.telecoms.append(kept)
    if before != telecom_words(kept):
        _corrected(patient, "telecoms", before, telecom_words(kept), by, now)
    return True


def remove_telecom(patient: Patient, telecom_id: UUID, *, by: UUID, now: datetime) -> None:
    """It is hers no more. Said twice, it was once."""
    lock_in_order(Patient, Patient.id == patient.id)
    db.session.refresh(patient, ["telecoms"])
    gone = next((each for each in patient.telecoms if each.id == telecom_id), None)
    if gone:
        before = telecom_words(gone)
        patient.telecoms.remove(gone)
        db.session.delete(gone)
        _corrected(patient, "telecoms", before, "", by, now)


def telecom_words(telecom: PatientTelecom) -> str:
    """`06 12 34 56 78 (Sa fille ou son fils, Julie)`."""
    whose = ", ".join(part for part in (str(WHOSE[telecom.whose]), telecom.name) if part)
    return f"{phone(telecom.number)} ({whose})"


def write_ins(patient: Patient, matricule: str, kind: InsKind, *, by: UUID, now: datetime) -> None:
    """The matricule as `ins.read_matricule` has it; empty: it was not hers. Typed by hand, it came from no national
    service. Another record that has it may be hers."""
    lock_in_order(Patient, Patient.id == patient.id)
    db.session.refresh(patient)
    before = (patient.ins or "", patient.ins_kind)
    wanted = (matricule, kind if matricule else None)
    if before == wanted:
        return
    patient.ins, patient.ins_kind = matricule or None, wanted[1]
    patient.identity_status = retyped(patient.identity_status)
    _corrected(patient, "ins", before[0], matricule, by, now)
    for other in find([[f"ins {matricule}"]], None) if matricule else ():
        if other != patient.id:
            note_likely(patient.id, other, ("same-ins",), now=now)


def _corrected(patient: Patient, trait: str, before: str, after: str, by: UUID, now: datetime) -> None:
    append(Correction, patient_id=patient.id, trait=trait, before=before, after=after, at=now, by_id=by)
    index(patient)
    record("patient.corrected", patient, by, now=now, patient=patient.id, traits=trait)
    changed("patient", patient.id)
    announce(PatientCorrected(patient.id, frozenset([trait]), by, now))


def write_local_number(patient: Patient, organization_id: UUID, number: str, *, by: UUID, now: datetime) -> None:
    """What this organization calls her; empty: nothing any more. Nobody elsewhere learns of it. Raises `Taken`."""
    lock_in_order(Patient, Patient.id == patient.id)
    mine = LocalNumber.patient_id == patient.id, LocalNumber.organization_id == organization_id
    known = db.session.scalar(select(LocalNumber).where(*mine))
    if (known.number if known else "") == number:
        return
    if number and (named_so(number, [organization_id]) - {patient.id}):
        raise Taken
    if known:
        db.session.delete(known)
        db.session.flush()
    if number:
        key = hashed(local_key(organization_id, number))[0]
        kept = LocalNumber(patient_id=patient.id, organization_id=organization_id, number=number, key=key)
        db.session.add(kept)
        try:
            db.session.flush()
        except IntegrityError:  # Somebody else was given it meanwhile.
            raise Taken from None
    record("patient.local_number", patient, by, now=now, patient=patient.id, organization=str(organization_id))
    changed("patient", patient.id)


def named_so(number: str, organization_ids: Collection[UUID]) -> set[UUID]:
    """Whom one of these organizations calls so, by the ids of the records that are kept today."""
    if not LOCAL.fullmatch(number) or not any(letter.isdigit() for letter in number):
        return set()
    keys = all_hashed(local_key(each, number) for each in organization_ids)
    here = LocalNumber.organization_id.in_(organization_ids), LocalNumber.key.in_(keys)
    rows = db.session.execute(
        select(Patient.id, Patient.merged_into_id).join(LocalNumber, LocalNumber.patient_id == Patient.id).where(*here)
    )
    return {into or patient_id for patient_id, into in rows}


def local_number(patient: Patient, organization_id: UUID) -> str:
    """What this organization calls her, and no other."""
    return next((each.number for each in patient.local_numbers if each.organization_id == organization_id), "")
