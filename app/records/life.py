"""What ends or moves a person's care: her death, said on a screen of its own and taken back in time; a move."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from flask import Response, flash

from app import clock
from app.accounts.guards import me, role
from app.accounts.models import REQUESTERS
from app.appointments.actions import forget_time
from app.care_requests.models import CareRequest, State
from app.care_requests.queries import for_account, is_followed_by, open_for
from app.care_requests.words import MOVED
from app.circles import actions as circles
from app.circles import queries as circle_queries
from app.core.db import transaction
from app.core.forms import SeveralField, resumable
from app.core.htmx import page
from app.dispatch import actions as dispatch
from app.language.phrases import gettext as _
from app.language.phrases import kept, said
from app.patients.correcting import correct, identity_of
from app.patients.models import Patient
from app.records.correcting import where_she_works
from app.records.forms import DeathForm, MoveForm
from app.records.views import bp, my_patient
from app.records.where import DeathPage, MovePage
from app.records.whereabouts import to_person
from app.stays import actions, queries


@bp.get("/<uuid:patient_id>/death")
@role(*REQUESTERS)
def death(patient_id: UUID) -> Response:
    patient = my_patient(patient_id)
    if queries.has_died(patient.id):
        return to_person(patient)
    return page(DeathPage.about(patient, DeathForm(formdata=None, on=today())))


@bp.post("/<uuid:patient_id>/death")
@role(*REQUESTERS)
@resumable
def say_died(patient_id: UUID) -> Response:
    """Said twice, it was the first time."""
    patient, form = my_patient(patient_id), DeathForm()
    if not form.validate() or form.on.data is None:
        return page(DeathPage.about(patient, form), status=422)
    with transaction():
        patient = my_patient(patient_id)
        actions.say_died(patient.id, form.on.data, by=me(), now=clock.now())
    flash(_("C'est noté. Tout est arrêté, et les professionnels concernés sont prévenus."), "success")
    return to_person(my_patient(patient_id))


@bp.post("/<uuid:patient_id>/death/undoing")
@role(*REQUESTERS)
def undo_death(patient_id: UUID) -> Response:
    with transaction():
        undone = actions.undo_death(my_patient(patient_id).id, by=me(), now=clock.now())
    if undone:
        flash(_("L'erreur est corrigée. Ce qui était prévu l'est de nouveau."), "success")
    return to_person(my_patient(patient_id))


@bp.get("/<uuid:patient_id>/move")
@role(*REQUESTERS)
def move(patient_id: UUID) -> Response:
    patient = my_patient(patient_id)
    if queries.has_died(patient.id):
        return to_person(patient)
    return page(MovePage.about(patient, move_form(patient)))


GIVEN_BACK = (State.ACCEPTED, State.SCHEDULED)
"""What somebody has who could still be replaced by another."""


def move_form(patient: Patient) -> MoveForm:
    members = {str(each.id): each.name for each in circle_queries.circle_of(patient.id)}
    asked = [each for each in open_for(patient.id) if is_followed_by(each, me())]
    taken = [each for each in asked if each.state in GIVEN_BACK]
    return MoveForm(where_she_works(), members, by_id(asked), by_id(taken))


def by_id(asked: Iterable[CareRequest]) -> dict[str, str]:
    return {str(each.id): asked_words(each) for each in asked}


def asked_words(request: CareRequest) -> str:
    care = said(request.need.care)
    return f"{care} · {request.performer.name}" if request.performer else care


@bp.post("/<uuid:patient_id>/move")
@role(*REQUESTERS)
@resumable
def say_moved(patient_id: UUID) -> Response:
    patient = my_patient(patient_id)
    form = move_form(patient)
    if not form.validate():
        return page(MovePage.about(patient, form), status=422)
    now = clock.now()
    with transaction():
        patient = my_patient(patient_id)
        write_move(patient, form, now)
    flash(_("C'est noté. Ses soignants sont prévenus."), "success")
    return to_person(my_patient(patient_id))


def write_move(patient: Patient, form: MoveForm, now: datetime) -> None:
    """Who is to be told hears it first: whoever cares for her no more has to know too."""
    actions.move_away(patient.id, today(), address_unknown=form.place is None, by=me(), now=now)
    if form.place:
        commune, postal_code = form.place.commune.code, form.place.postal_code
        wanted = replace(
            identity_of(patient), commune_code=commune, postal_code=postal_code, address=form.address.data or ""
        )
        correct(patient.id, wanted, patient.version, by=me().id, now=now)
    for request in chosen(form.ended):
        dispatch.cancel(request, by=me(), now=now, reason="moved")
    for request in chosen(form.handed_on):
        if dispatch.reassign(request, by=me(), now=now, reason=kept(MOVED)):
            forget_time(request, now)
    for member_id in ids(form.leaving):
        if member := circle_queries.member_of(patient.id, member_id):
            circles.end_usual(member, by=me().id, now=now)


def chosen(field: SeveralField) -> list[CareRequest]:
    """Those that are hers to follow still."""
    return [found for request_id in ids(field) if (found := for_account(request_id, me()))]


def ids(field: SeveralField) -> list[UUID]:
    """In the one order in which rows are locked."""
    return sorted(UUID(each) for each in field.data or ())


def today() -> date:
    return clock.paris(clock.now()).date()
