"""The keyed hashes by which patients are found, computed again under the present key. Resumes like `core.resealing`."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.core.db import db, transaction
from app.patients.actions import hashed, index, keys_of
from app.patients.models import Patient, PatientSearchKey


def rehash(size: int) -> Iterator[int]:
    """How many were computed anew in each batch of `size` patients. Which ones is found out before the transaction."""
    for stale in _batches(size):
        if stale:
            with transaction():
                for patient in db.session.scalars(select(Patient).where(Patient.id.in_(stale)).order_by(Patient.id)):
                    index(patient)
        yield len(stale)


def left(size: int = 1000) -> int:
    """How many patients are not found under the present key."""
    return sum(len(stale) for stale in _batches(size))


def _batches(size: int) -> Iterator[list[UUID]]:
    """Those of each batch whose keys are not what they are to be."""
    last = None
    while True:
        wanted = select(Patient).options(selectinload(Patient.telecoms)).order_by(Patient.id).limit(size)
        patients = db.session.scalars(wanted if last is None else wanted.where(Patient.id > last)).all()
        if not patients:
            return
        last = patients[-1].id
        known = _keys([patient.id for patient in patients])
        stale = [each.id for each in patients if known[each.id] != {hashed(key)[0] for key in keys_of(each)}]
        db.session.rollback()
        yield stale


def _keys(ids: list[UUID]) -> dict[UUID, set[int]]:
    rows = select(PatientSearchKey.patient_id, PatientSearchKey.key).where(PatientSearchKey.patient_id.in_(ids))
    known: dict[UUID, set[int]] = {each: set() for each in ids}
    for patient_id, key in db.session.execute(rows):
        known[patient_id].add(key)
    return known
