"""What she took: when it is, that it began and ended, what is left to do, and giving it back."""

from uuid import UUID

from flask import Response, abort, jsonify, request, url_for

from app import clock
from app.accounts.guards import me, role
from app.accounts.models import Role
from app.appointments import actions as appointments
from app.appointments.forms import AppointmentForm
from app.appointments.models import Appointment
from app.appointments.words import modes_of
from app.care_requests import actions as care_requests
from app.care_requests.models import State, Verb
from app.conversations import actions as conversations
from app.conversations.forms import OutcomeForm
from app.core.db import db, transaction
from app.core.forms import resumable
from app.core.htmx import page, see_other, wants_part
from app.dispatch import actions as dispatch
from app.dispatch.models import Offer, OfferState
from app.identity.ins import DOCUMENTS
from app.inbox import queries
from app.inbox.forms import WithdrawalForm
from app.inbox.mine import locked_offer_of, my_inboxes, my_offer, url_of
from app.inbox.offers import offer_page, tap_of
from app.inbox.pages import visits_of
from app.inbox.views import bp
from app.language.phrases import kept
from app.organizations.geo import MINUTES_PER_KM
from app.patients.actions import note_check
from app.patients.models import Patient
from app.relays.queries import doubts_of
from app.relays.tasks import task_of
from app.relays.tour import places_left
from app.relays.words import WITHDRAWALS

SAID = {Verb.START: State.STARTED, Verb.FINISH: State.DONE}


@bp.get("/visits")
@role(Role.PRACTITIONER)
def visits() -> Response:
    return visits_page()


def visits_page(status: int = 200, notice: str = "") -> Response:
    return page(visits_of(me(), my_inboxes(), clock.now(), notice), status=status)


@bp.get("/visits/places")
@role(Role.PRACTITIONER)
def places() -> Response:
    """For her phone to measure a detour: it sends no place (0063)."""
    return jsonify(pace=MINUTES_PER_KM, round=places_left(me().id, my_inboxes(), clock.now()))


@bp.post("/visits/tasks/<uuid:task_id>/completion")
@role(Role.PRACTITIONER)
def complete(task_id: UUID) -> Response:
    """Done; said on the visit's own page (`from=offer`), it is answered there."""
    with transaction():
        task, offer = task_of(task_id, me().id, my_inboxes()) or abort(404)
        care_requests.finish_task(task, by=me(), now=clock.now())
        offer_id = offer.id
    on_visit = request.form.get("from") == "offer"
    if wants_part():
        return offer_page(my_offer(offer_id)) if on_visit else visits_page()
    return see_other(url_of(offer_id) if on_visit else url_for("inbox.visits"))


@bp.post("/offers/<uuid:offer_id>/appointment")
@role(Role.PRACTITIONER)
@resumable
def propose(offer_id: UUID) -> Response:
    """`sequence`: of the visit that the page showed. Two taps on two times are one answer, the first."""
    found, now = my_offer(offer_id), clock.now()
    if found.state is not OfferState.WON:
        return offer_page(found, status=409)
    form = AppointmentForm(found.request.rulebook, modes_of(found.role))
    if not form.validate() or form.chosen is None:
        form.starts_at.render_kw = {"autofocus": True}
        return offer_page(found, status=422, form=form)
    starts_at = form.chosen
    with transaction():
        visit = _my_visit(offer_id)
        planned = visit is not None and appointments.propose(
            visit, starts_at, form.mode.data, by=me(), now=now, sequence=_number(request.form.get("sequence"))
        )
    return _said(offer_id, planned)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 10 else None


def _my_visit(offer_id: UUID) -> Appointment | None:
    """The visit of what is hers; none once it is not hers any more."""
    found = locked_offer_of(offer_id, me())
    return appointments.prepare(found.request, clock.now()) if found.state is OfferState.WON else None


def _said(offer_id: UUID, taken: bool) -> Response:
    """The page as it stands: 409 when what she said was not taken."""
    found = my_offer(offer_id)
    if not taken:
        return offer_page(found, status=409)
    return offer_page(found) if wants_part() else see_other(url_of(offer_id))


@bp.post("/offers/<uuid:offer_id>/checklist")
@role(Role.PRACTITIONER)
def tick(offer_id: UUID) -> Response:
    """One thing that the appointment is for: `item`, its place in the pathway's list; `done`: yes or no."""
    found = my_offer(offer_id)
    item, checklist = request.form.get("item", ""), found.request.rulebook.after.checklist
    if item not in map(str, range(len(checklist))):
        return offer_page(found, status=422)
    with transaction():
        visit = _my_visit(offer_id)
        if visit:
            appointments.tick(visit, int(item), request.form.get("done") != "no", by=me(), now=clock.now())
    return _said(offer_id, visit is not None)


@bp.post("/offers/<uuid:offer_id>/called")
@role(Role.PRACTITIONER)
def called(offer_id: UUID) -> Response:
    """The patient who asked to be called back was."""
    my_offer(offer_id)
    with transaction():
        visit = _my_visit(offer_id)
        if visit:
            appointments.called(visit, by=me(), now=clock.now())
    return _said(offer_id, visit is not None)


@bp.post("/offers/<uuid:offer_id>/start")
@role(Role.PRACTITIONER)
def start(offer_id: UUID) -> Response:
    """`document`: what the person showed, now that she is met (national reference: at each step of care); empty when
    she was known, or showed none."""
    note_who_was_met(offer_id, request.form.get("document", ""))
    return _say(offer_id, Verb.START)


def note_who_was_met(offer_id: UUID, document: str) -> None:
    """Apart from the care that begins: whoever corrects her holds her record first, and her requests after."""
    found = my_offer(offer_id)
    begins = found.state is OfferState.WON and found.request.state is State.SCHEDULED
    if begins and found.request.patient_id and document in DOCUMENTS:
        with transaction():
            patient = db.session.get_one(Patient, found.request.patient_id)
            note_check(patient, document, by=me().id, now=clock.now())


@bp.post("/offers/<uuid:offer_id>/end")
@role(Role.PRACTITIONER)
@resumable
def finish(offer_id: UUID) -> Response:
    """With what was done and what is advised, if she says it."""
    form = OutcomeForm()
    if not form.validate():
        return offer_page(my_offer(offer_id), status=422, outcome=form)
    return _say(offer_id, Verb.FINISH, form)


@bp.post("/offers/<uuid:offer_id>/outcome")
@role(Role.PRACTITIONER)
@resumable
def report(offer_id: UUID) -> Response:
    """The same for whoever said before that it was over."""
    form = OutcomeForm()
    if form.validate() and not form.says_something:
        form.nothing_said()
    if form.errors or not form.says_something:
        return offer_page(my_offer(offer_id), status=422, outcome=form)
    with transaction():
        written = _conclude(locked_offer_of(offer_id, me()), form)
    return _said(offer_id, written)


def _say(offer_id: UUID, verb: Verb, outcome: OutcomeForm | None = None) -> Response:
    """`sure=yes`: she was asked, where there is something to ask first."""
    if request.form.get("sure") != "yes" and (doubts := doubts_of(my_offer(offer_id), verb)):
        return offer_page(my_offer(offer_id), 422, outcome=outcome, doubts=(verb.value, doubts))
    with transaction():
        visit = _my_visit(offer_id)
        moved = visit is not None and care_requests.move(visit.request, verb, by=me(), now=clock.now())
        # A second tap finds it said already: the same answer as the first.
        said = moved or (visit is not None and visit.request.state is SAID[verb])
        if said and outcome and outcome.says_something:
            _conclude(my_offer(offer_id), outcome)
    return _said(offer_id, said)


def _conclude(offer: Offer, form: OutcomeForm) -> bool:
    said, key = (form.done.data or "", form.advice.data or ""), form.key.data or ""
    return conversations.conclude(offer.request_id, *said, by=me(), now=clock.now(), key=key) is not None


@bp.post("/offers/<uuid:offer_id>/withdrawal")
@role(Role.PRACTITIONER)
def withdraw(offer_id: UUID) -> Response:
    form, now = WithdrawalForm(), clock.now()
    if not form.validate():
        return offer_page(my_offer(offer_id), status=422)
    reason, tap = kept(WITHDRAWALS.get(form.reason.data or "", "")), tap_of(request.form, now)
    with transaction():
        found = locked_offer_of(offer_id, me())
        hers = found.state is OfferState.WON
        withdrawn = hers and dispatch.withdraw(found.request, by=me(), now=now, reason=reason, tap=tap)
        if withdrawn:
            appointments.forget_time(found.request, now)
        # A second tap finds it given back.
        said = withdrawn or queries.standing(found) == "given-back"
    return _said(offer_id, said)
