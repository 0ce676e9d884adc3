"""The liaison book of one person: reading it, writing in it at the bedside, and what home helps see."""

from datetime import datetime
from uuid import UUID

from flask import Blueprint, Response, abort, flash, request, url_for

from app import clock
from app.accounts.guards import by_account, me, role
from app.accounts.models import REQUESTERS
from app.assessments.queries import places_of_care
from app.audit.readings import read_lately, record_reading
from app.core.db import transaction
from app.core.forms import is_resumed, resumable, uuid_or_none
from app.core.htmx import page, see_other, wants_part
from app.core.limits import MINUTE, limited
from app.core.security import takes
from app.documents.intake import ROOM, received, type_said
from app.drafts.rules import DRAFT_LASTS
from app.drafts.views import keep_what_was_sent
from app.language.phrases import gettext as _
from app.liaison import actions, queries
from app.liaison.forms import NoteForm, ObservationForm, SafetyForm, TextForm
from app.liaison.models import Note
from app.liaison.pages import AtHomePage, BookPage, KeptPage, NotePage, WritingPage
from app.liaison.queries import ReadsAs
from app.liaison.rules import NoteType, Written
from app.liaison.words import WHY_NOT
from app.patients import queries as patients
from app.patients.models import Patient

bp = Blueprint("liaison", __name__, url_prefix="/patients/<uuid:patient_id>")


@bp.get("/liaison")
@role(*REQUESTERS)
def book(patient_id: UUID) -> Response:
    """`type`: these notes alone; `before`: from this note back."""
    patient, now = my_patient(patient_id), clock.now()
    if patient.id != patient_id:  # A record that was absorbed leads to the one that was kept.
        return see_other(url_for("liaison.book", patient_id=patient.id))
    reader = queries.reader_of(me(), patient.id)
    if reader is None:
        return see_other(url_for("liaison.at_home", patient_id=patient.id))
    again = wants_part() and read_lately(patient.id, me().id, now)
    only = NoteType(text) if (text := request.args.get("type", "")) in list(NoteType) else None
    answer = page(BookPage.of(patient, reader, now, only=only, before=uuid_or_none(request.args.get("before"))))
    if not again:
        note_reading(patient_id)
    return answer


@bp.get("/liaison/new")
@role(*REQUESTERS)
def write(patient_id: UUID) -> Response:
    """One tap from the round, the visit or the person; the next one sends it."""
    patient, now = my_patient(patient_id), clock.now()
    if not places_of_care(me()):
        return see_other(url_for("liaison.at_home", patient_id=patient.id))
    again = wants_part() and read_lately(patient.id, me().id, now)
    answer = page(WritingPage.of(patient, note_form(patient.id, now), me(), now))
    if not again:
        note_reading(patient_id)
    return answer


@bp.post("/liaison")
@role(*REQUESTERS)
@limited("note", 60, MINUTE, of=by_account)
@takes(ROOM)
@resumable
def add(patient_id: UUID) -> Response:
    """One note, with what is sent along; `key`: of the touch, so that it counts once."""
    now = clock.now()
    patient = patients.for_account(patient_id, me(), now)
    if patient is None:
        return kept_for_her(patient_id)
    form = note_form(patient.id, now) if places_of_care(me()) else ObservationForm()
    brought = received(by=me().id, now=now)
    nothing = form.says_nothing() and not brought.documents and not brought.wrong
    if not form.validate() or brought.wrong or nothing:
        if nothing and not is_resumed():
            form.nothing_said()
        wrong = " ".join(brought.wrong)
        return writing(my_patient(patient_id), form, 422, waiting=brought.documents, wrong=wrong)
    photos = {"sent": brought.documents, "document_type": type_said("wound-photo")}
    with transaction():
        patient = my_patient(patient_id)  # Asked again: looking at files takes seconds.
        written = actions.write(patient.id, form.said(**photos), by=actions.author_of(me(), patient.id, now), now=now)
    if isinstance(written, Written):
        again = {"waiting": brought.documents, "refused": str(WHY_NOT[written])}
        return writing(my_patient(patient_id), form, 409, **again)
    if wants_part():
        fresh = note_form(patient_id, now, empty=True) if places_of_care(me()) else ObservationForm(formdata=None)
        return writing(my_patient(patient_id), fresh, 200)
    flash(_("La note est écrite."), "success")
    return see_other(url_for("liaison.book", patient_id=patient_id))


def writing(patient: Patient, form: ObservationForm, status: int, **back: object) -> Response:
    """Where she wrote: a carer's page, or that of who comes to help."""
    if isinstance(form, NoteForm):
        return page(WritingPage.of(patient, form, me(), clock.now(), **back), status=status)  # type: ignore[arg-type]
    refused = str(back.get("refused", ""))
    return page(AtHomePage.of(patient, me(), clock.now(), form, refused=refused), status=status)


def note_form(patient_id: UUID, now: datetime, *, empty: bool = False) -> NoteForm:
    """`empty`: for the next note, whatever was sent."""
    people = [(each.id, each.name) for each in queries.who_cares(patient_id, now) if each.id != me().id]
    return NoteForm.of(people, empty=empty)


def kept_for_her(patient_id: UUID) -> Response:
    """She wrote here today and may not any more: the person refuses it, or the care has ended. Her words are kept for
    herself alone, as any form that was interrupted; whoever never was here hears nothing of it."""
    if not read_lately(patient_id, me().id, clock.now(), DRAFT_LASTS):
        abort(404)
    is_kept = is_resumed() or keep_what_was_sent(me().id) is not None
    return page(KeptPage(request.form.get("text", ""), is_kept), status=409)


@bp.get("/liaison/<uuid:note_id>")
@role(*REQUESTERS)
def note(patient_id: UUID, note_id: UUID) -> Response:
    patient = my_patient(patient_id)
    found, _reader = my_note(patient, note_id)
    with transaction():
        actions.see(found, by=me(), now=clock.now())
    patient = my_patient(patient_id)
    answer = page(NotePage.of(patient, *my_note(patient, note_id), me()))
    note_reading(patient_id)
    return answer


@bp.post("/liaison/<uuid:note_id>/sighting")
@role(*REQUESTERS)
def see(patient_id: UUID, note_id: UUID) -> tuple[str, int]:
    """It came into view; who wrote it reads `lu par`."""
    with transaction():
        actions.see(my_note(my_patient(patient_id), note_id)[0], by=me(), now=clock.now())
    return "", 204


@bp.post("/liaison/<uuid:note_id>/answers")
@role(*REQUESTERS)
@limited("note", 60, MINUTE, of=by_account)
@resumable
def answer(patient_id: UUID, note_id: UUID) -> Response:
    """To an advice asked, for whoever the question was for."""
    now, form = clock.now(), TextForm()
    patient = patients.for_account(patient_id, me(), now)
    if patient is None:
        return kept_for_her(patient_id)
    asked, reader = my_note(patient, note_id)
    if asked.type is not NoteType.ADVICE or asked.answers_id or reader is None:
        abort(404)
    if not form.validate() or form.says_nothing():
        if not is_resumed():
            form.nothing_said()
        return page(NotePage.of(patient, asked, reader, me(), form, answering=True), status=422)
    with transaction():
        asked = my_note(my_patient(patient_id), note_id)[0]
        said = form.said(visibility=asked.visibility, type=asked.type, urgent=asked.urgent, answers=asked)
        written = actions.write(patient_id, said, by=actions.author_of(me(), patient_id, now), now=now)
    if isinstance(written, Written):
        patient = my_patient(patient_id)
        again = NotePage.of(
            patient, *my_note(patient, note_id), me(), form, answering=True, refused=str(WHY_NOT[written])
        )
        return page(again, status=409)
    return see_other(url_for("liaison.note", patient_id=patient_id, note_id=note_id))


@bp.post("/liaison/<uuid:note_id>/correction")
@role(*REQUESTERS)
@resumable
def correct(patient_id: UUID, note_id: UUID) -> Response:
    form, patient = TextForm(), my_patient(patient_id)
    found, reader = my_own(patient, note_id)
    if not form.validate() or form.says_nothing():
        if not is_resumed():
            form.nothing_said()
        return page(NotePage.of(patient, found, reader, me(), form), status=422)
    with transaction():
        actions.correct(my_own(my_patient(patient_id), note_id)[0], form.text.data or "", by=me().id, now=clock.now())
    return see_other(url_for("liaison.note", patient_id=patient_id, note_id=note_id))


@bp.post("/liaison/<uuid:note_id>/withdrawal")
@role(*REQUESTERS)
def withdraw(patient_id: UUID, note_id: UUID) -> Response:
    with transaction():
        actions.withdraw(my_own(my_patient(patient_id), note_id)[0], by=me().id, now=clock.now())
    flash(_("La note est retirée. Ce qu'elle disait reste dans sa trace."), "success")
    return see_other(url_for("liaison.book", patient_id=patient_id))


@bp.post("/safety-note")
@role(*REQUESTERS)
@resumable
def say_at_the_door(patient_id: UUID) -> Response:
    patient, form = my_patient(patient_id), SafetyForm()
    reader = queries.reader_of(me(), patient.id) or abort(403)
    if not form.validate():
        return page(BookPage.of(patient, reader, clock.now(), safety_form=form), status=422)
    with transaction():
        actions.say_at_the_door(my_patient(patient_id).id, form.text.data or "", by=me().id, now=clock.now())
    return see_other(url_for("liaison.book", patient_id=patient_id))


@bp.get("/at-home")
@role(*REQUESTERS)
def at_home(patient_id: UUID) -> Response:
    """Where, when, what to do, what to know at the door; and nothing else of the person."""
    patient, now = my_patient(patient_id), clock.now()
    if places_of_care(me()):
        return see_other(url_for("liaison.book", patient_id=patient.id))
    again = wants_part() and read_lately(patient.id, me().id, now)
    answer = page(AtHomePage.of(patient, me(), now))
    if not again:
        note_reading(patient_id)
    return answer


def my_patient(patient_id: UUID) -> Patient:
    return patients.for_account(patient_id, me(), clock.now()) or abort(404)


def my_note(patient: Patient, note_id: UUID) -> tuple[Note, ReadsAs | None]:
    """A note that she reads; of who reads nothing, one that she wrote."""
    reader = queries.reader_of(me(), patient.id)
    if reader is None:
        return queries.written_note(patient.id, note_id, me().id) or abort(404), None
    return queries.note_of(patient.id, note_id, reader) or abort(404), reader


def my_own(patient: Patient, note_id: UUID) -> tuple[Note, ReadsAs | None]:
    """Only its author corrects or withdraws a note (ANS, volet CdL)."""
    found, reader = my_note(patient, note_id)
    return (found, reader) if found.author_id == me().id else abort(403)


def note_reading(patient_id: UUID) -> None:
    """Last, as a transaction forgets what was read; nobody has the page before it is written down."""
    reader, now = me().id, clock.now()
    with transaction():
        record_reading(patient_id, patient=patient_id, by=reader, now=now)
