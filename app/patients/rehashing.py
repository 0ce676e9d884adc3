"""The keyed hashes by which patients are found, computed again under the present key. Resumes like `core.resealing`."""

from collections.abc import Iterator, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Row, select, update

from app.core.db import db, transaction
from app.patients.actions import birth_date_key
from app.patients.models import Patient


def rehash(size: int) -> Iterator[int]:
    """How many were computed anew in each batch of `size` patients."""
    for rows in _batches(size):
        stale = [(row, fresh) for row in rows if (fresh := _fresh(row)) != row.birth_date_key]
        if stale:
            with transaction():
                for row, fresh in stale:
                    same = Patient.id == row.id, Patient.birth_date_key == row.birth_date_key
                    db.session.execute(update(Patient).where(*same).values(birth_date_key=fresh))
        yield len(stale)


def left(size: int = 1000) -> int:
    """How many patients only a former key would find."""
    return sum(_fresh(row) != row.birth_date_key for rows in _batches(size) for row in rows)


def _fresh(row: Row[UUID, str, str]) -> str:
    return birth_date_key(date.fromisoformat(row.birth_date_text))


def _batches(size: int) -> Iterator[Sequence[Row[UUID, str, str]]]:
    last = None
    while True:
        wanted = select(Patient.id, Patient.birth_date_text, Patient.birth_date_key).order_by(Patient.id).limit(size)
        rows = db.session.execute(wanted if last is None else wanted.where(Patient.id > last)).all()
        db.session.rollback()
        if not rows:
            return
        yield rows
        last = rows[-1].id
