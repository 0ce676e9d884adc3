"""Agendas: of one person, with all who come to her; of one who comes, where she moves what is hers."""

from datetime import date
from uuid import UUID

from flask import Blueprint, Response, abort, flash, request

from app import clock
from app.accounts.guards import me, role
from app.accounts.models import REQUESTERS, Role
from app.agenda import actions, queries
from app.agenda.actions import Moved
from app.agenda.pages import FridgePage, MyWeekPage, PersonWeekPage, VisitPage, url_of_visit
from app.audit.readings import read_lately, record_reading
from app.core.db import transaction
from app.core.htmx import page, see_other, wants_part
from app.directory.queries import recipients_of
from app.language.phrases import gettext as _
from app.patients import queries as patients
from app.patients.models import Patient

bp = Blueprint("agenda", __name__)


def asked_day() -> date:
    """A day of the week that is asked for; today, where none is, or none that is a day of these years."""
    today = clock.paris(clock.now()).date()
    try:
        day = date.fromisoformat(request.args.get("week", ""))
    except ValueError:
        return today
    return day if abs((day - today).days) <= FARTHEST else today


FARTHEST = 366 * 2


@bp.get("/patients/<uuid:patient_id>/agenda")
@role(*REQUESTERS)
def person(patient_id: UUID) -> Response:
    now, reader = clock.now(), me().id
    patient = my_patient(patient_id)
    again = wants_part() and read_lately(patient.id, reader, now)
    answer = page(PersonWeekPage.about(patient, me(), asked_day(), now))
    if not again:
        note_reading(patient.id, reader)
    return answer


@bp.get("/patients/<uuid:patient_id>/agenda/fridge")
@role(*REQUESTERS)
def fridge(patient_id: UUID) -> Response:
    """The week to print, as she reads it: for who may read all of it, since all who come stand on it."""
    patient = my_patient(patient_id)
    if not queries.reads_all(me(), patient.id):
        abort(403)
    answer, reader = page(FridgePage.of(patient, queries.space_of(patient.id), asked_day())), me().id
    note_reading(patient.id, reader)
    return answer


def my_patient(patient_id: UUID) -> Patient:
    return patients.for_account(patient_id, me(), clock.now()) or abort(404)


def note_reading(patient_id: UUID, reader: UUID) -> None:
    """Last, as a transaction forgets what was read."""
    with transaction():
        record_reading(patient_id, patient=patient_id, by=reader, now=clock.now())


@bp.get("/agenda")
@role(Role.PRACTITIONER)
def week() -> Response:
    inboxes = recipients_of(me()) or abort(404)
    return page(MyWeekPage.of(me(), inboxes, asked_day(), clock.now()))


@bp.get("/agenda/visits/<uuid:visit_id>")
@role(Role.PRACTITIONER)
def visit(visit_id: UUID) -> Response:
    return visit_page(visit_id)


def visit_page(visit_id: UUID, status: int = 200, notice: str = "") -> Response:
    now = clock.now()
    found = queries.my_visit(visit_id, me(), now) or abort(404)
    return page(VisitPage.about(found, me(), now, notice), status=status)


@bp.post("/agenda/visits/<uuid:visit_id>/move")
@role(Role.PRACTITIONER)
def move(visit_id: UUID) -> Response:
    """`seen`: when it stood on the page; `to`: one of the times offered there."""
    queries.my_visit(visit_id, me(), clock.now()) or abort(404)
    with transaction():
        seen, to = request.form.get("seen", ""), request.form.get("to", "")
        moved = actions.move(visit_id, seen, to, by=me(), now=clock.now())
    return answered(visit_id, moved, _("C'est déplacé. Qui vient ce jour-là est prévenu."))


@bp.post("/agenda/visits/<uuid:visit_id>/undo")
@role(Role.PRACTITIONER)
def undo(visit_id: UUID) -> Response:
    queries.my_visit(visit_id, me(), clock.now()) or abort(404)
    with transaction():
        moved = actions.undo(visit_id, by=me(), now=clock.now())
    return answered(visit_id, moved, _("C'est remis comme avant."))


def answered(visit_id: UUID, moved: Moved, done: str) -> Response:
    if moved is Moved.DONE:
        flash(done, "success")
        return see_other(url_of_visit(visit_id))
    why = {
        Moved.CHANGED: _("Cette visite ne peut pas être mise là : elle a changé entre-temps. Choisissez à nouveau."),
        Moved.GONE: _("Cette visite ne se déplace plus : elle est faite, suspendue, ou passée à quelqu'un d'autre."),
    }[moved]
    return visit_page(visit_id, 409, why)
