"""Writing an assessment down, and taking it back."""

import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select, update

from app.accounts.models import Account
from app.assessments.library import version_id_of
from app.assessments.models import Assessment
from app.assessments.schema import AssessmentGrid
from app.audit.actions import record
from app.consents.objections import is_frozen
from app.core.db import db
from app.live.actions import changed
from app.patients.models import Patient
from app.stays.queries import has_died


class NotWritten(StrEnum):
    """Why nothing new is written about a person."""

    DIED = "died"
    FROZEN = "frozen"


def why_not_written(patient_id: UUID) -> NotWritten | None:
    """Asked under the lock of the person, where something new about her is to be written."""
    if has_died(patient_id):
        return NotWritten.DIED
    return NotWritten.FROZEN if is_frozen(patient_id) else None


def write_down(
    patient_id: UUID,
    grid: AssessmentGrid,
    answers: Mapping[str, str],
    remark: str,
    *,
    key: UUID,
    by: Account,
    place: UUID,
    now: datetime,
) -> NotWritten | None:
    """`key`: the future assessment's id, given when its form was shown: sent twice, it is one."""
    db.session.execute(select(Patient.id).where(Patient.id == patient_id).with_for_update())
    if db.session.get(Assessment, key):
        return None
    if refused := why_not_written(patient_id):
        return refused
    made = Assessment(
        id=key,
        patient_id=patient_id,
        grid=grid.slug,
        version_id=version_id_of(grid, now=now),
        answers=json.dumps(answers),
        remark=remark,
        author_id=by.id,
        organization_id=place,
        at=now,
    )
    db.session.add(made)
    db.session.flush()
    record("assessment.made", made, by.id, now=now, grid=grid.slug)
    changed("patient", patient_id)
    return None


def withdraw(assessment: Assessment, *, by: UUID, now: datetime) -> None:
    """It counts no more, and stays written. Said twice, it was once."""
    mine = Assessment.id == assessment.id, Assessment.author_id == by, Assessment.withdrawn_at.is_(None)
    over = update(Assessment).where(*mine).values(withdrawn_at=now)
    if db.session.execute(over.returning(Assessment.id)).first():
        record("assessment.withdrawn", assessment, by, now=now)
        changed("patient", assessment.patient_id)
