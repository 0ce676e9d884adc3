"""One person: the page on which everybody who cares for her meets."""

from uuid import UUID

from flask import Blueprint, Response, abort, url_for
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.interfaces import ORMOption

from app import clock
from app.accounts.guards import me, role
from app.accounts.models import REQUESTERS
from app.audit.readings import read_lately, record_reading
from app.core.db import transaction
from app.core.htmx import page, see_other, wants_part
from app.core.ways import way
from app.patients import queries as patients
from app.patients.models import Patient
from app.records.pages import PersonPage

bp = Blueprint("records", __name__, url_prefix="/patients")


@bp.get("/<uuid:patient_id>")
@role(*REQUESTERS)
def person(patient_id: UUID) -> Response:
    now, reader = clock.now(), me().id
    patient = my_patient(patient_id, *NUMBERS)
    if patient.id != patient_id:  # A record that was absorbed leads to the one that was kept.
        return see_other(url_for("records.person", patient_id=patient.id))
    again = wants_part() and read_lately(patient_id, reader, now)
    shown = PersonPage.about(patient, me(), now)
    if not shown.reads_assessments:  # Who comes to help at home or to deliver has a page of her own (check 35).
        return see_other(way("at-home", patient_id=patient.id))
    answer = page(shown)
    if not again:  # Last, as a transaction forgets what was read; nobody has the page before it is written down.
        with transaction():
            record_reading(patient_id, patient=patient_id, by=reader, now=now)
    return answer


def my_patient(patient_id: UUID, *options: ORMOption) -> Patient:
    return patients.for_account(patient_id, me(), clock.now(), *options) or abort(404)


NUMBERS = joinedload(Patient.telecoms), joinedload(Patient.local_numbers)
