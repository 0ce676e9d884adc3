"""Assessments of one person: reading them, making one by a grid, taking one's own back."""

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, Response, abort, flash, url_for

from app import clock
from app.accounts.guards import me, role
from app.accounts.models import REQUESTERS
from app.assessments import actions, queries
from app.assessments.forms import GridForm
from app.assessments.library import grids
from app.assessments.models import Assessment
from app.assessments.pages import AssessmentPage, AssessmentsPage, GridPage, refusal_words
from app.audit.readings import record_reading
from app.core.db import transaction
from app.core.forms import resumable
from app.core.htmx import page, see_other
from app.language.phrases import gettext as _
from app.organizations.models import Organization
from app.patients import queries as patients
from app.patients.models import Patient

bp = Blueprint("assessments", __name__, url_prefix="/patients/<uuid:patient_id>/assessments")


@bp.get("")
@role(*REQUESTERS)
def assessments(patient_id: UUID) -> Response:
    my_places()
    answer = page(AssessmentsPage.about(my_patient(patient_id), me()))
    note_reading(patient_id, patient_id)
    return answer


@bp.get("/new/<grid>")
@role(*REQUESTERS)
def fill_in(patient_id: UUID, grid: str) -> Response:
    return page(GridPage.about(my_patient(patient_id), form_of(grid)))


@bp.post("/new/<grid>")
@role(*REQUESTERS)
@resumable
def assess(patient_id: UUID, grid: str) -> Response:
    form, now = form_of(grid), clock.now()
    patient = my_patient(patient_id)
    key = form.wanted_id
    if not form.validate() or key is None:
        return page(GridPage.about(patient, form), status=422)
    with transaction():
        refused = actions.write_down(
            my_patient(patient_id).id,
            form.grid,
            form.answers(),
            form.remark.data or "",
            key=key,
            by=me(),
            place=UUID(form.place.data),
            now=now,
        )
    if refused:
        return page(GridPage.about(my_patient(patient_id), form, refusal_words(refused)), status=409)
    return see_other(url_for("assessments.assessment", patient_id=patient_id, assessment_id=key))


@bp.get("/<uuid:assessment_id>")
@role(*REQUESTERS)
def assessment(patient_id: UUID, assessment_id: UUID) -> Response:
    patient = my_patient(patient_id)
    made = my_assessment(patient, assessment_id)
    answer = page(AssessmentPage.about(made, patient, me()))
    note_reading(assessment_id, patient.id)
    return answer


@bp.post("/<uuid:assessment_id>/withdrawal")
@role(*REQUESTERS)
def withdraw(patient_id: UUID, assessment_id: UUID) -> Response:
    with transaction():
        made = my_assessment(my_patient(patient_id), assessment_id)
        if made.author_id != me().id:
            abort(403)
        actions.withdraw(made, by=me().id, now=clock.now())
    flash(_("L'évaluation est retirée. Elle reste lisible, et ne compte plus."), "success")
    return see_other(url_for("assessments.assessments", patient_id=patient_id))


def form_of(grid: str) -> GridForm:
    return GridForm.of(grids().get(grid) or abort(404), my_places())


def my_places() -> Sequence[Organization]:
    """Whoever comes to help at home or to deliver reads nothing here."""
    return queries.places_of_care(me()) or abort(403)


def my_patient(patient_id: UUID) -> Patient:
    return patients.for_account(patient_id, me(), clock.now()) or abort(404)


def my_assessment(patient: Patient, assessment_id: UUID) -> Assessment:
    my_places()
    return queries.assessment_of(patient.id, assessment_id, me()) or abort(404)


def note_reading(subject: UUID, patient: UUID) -> None:
    """Last, as a transaction forgets what was read."""
    reader, now = me().id, clock.now()
    with transaction():
        record_reading(subject, patient=patient, by=reader, now=now)
