"""Offers on the phone. Before acceptance nothing here identifies the patient, except to the usual professional."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, request, url_for

from app.accounts.guards import me, role
from app.accounts.models import Account, Role
from app.appointments import actions as appointments
from app.appointments import queries as appointment_queries
from app.appointments.rules import next_slots
from app.appointments.words import MODES
from app.audit.actions import record
from app.audit.readings import read_lately
from app.care_requests import actions as care_requests
from app.care_requests.models import State, Verb
from app.core import clock
from app.core.db import transaction
from app.core.htmx import page, see_other
from app.directory import actions as directory
from app.directory.models import Practitioner
from app.directory.queries import practitioner_of, recipients_of
from app.dispatch import actions as dispatch
from app.dispatch import answers
from app.dispatch import queries as dispatch_queries
from app.dispatch.answers import Answer
from app.dispatch.models import Offer, OfferState
from app.dispatch.rules import Tap
from app.dispatch.words import REFUSALS
from app.inbox.cards import card, full_name, known, knows_patient, row
from app.inbox.forms import AppointmentForm, RefusalForm
from app.inbox.taps import settled, tap_of, wants_words
from app.push.queries import judgements

bp = Blueprint("inbox", __name__)

TIME_TO_EXPLAIN = timedelta(minutes=10)
"""How long a refusal stays in the inbox to be given its reason."""

SAID = {Verb.START: State.STARTED, Verb.FINISH: State.DONE}


def my_practitioner() -> Practitioner:
    return practitioner_of(me().id) or abort(404)


def my_offer(offer_id: UUID) -> Offer:
    """The offer, if it was made to me; another's is as unknown as one that does not exist."""
    return my_offer_of(offer_id, me())


@bp.get("/inbox")
@role(Role.PRACTITIONER)
def inbox() -> Response:
    return inbox_page()


def inbox_page() -> Response:
    """What awaits an answer. Cards identify nobody, so the phone may keep this page for where there is no signal."""
    mine, practitioner, now = my_inboxes(), practitioner_of(me().id), clock.now()
    unexplained = dispatch_queries.refused_unexplained(mine, since=now - TIME_TO_EXPLAIN)
    response = page(
        "inbox/inbox.html",
        fragment="inbox/_inbox.html",
        cards=[card(offer, now) for offer in dispatch_queries.open_offers(mine)],
        unexplained=[card(offer, now) for offer in unexplained],
        reasons=REFUSALS,
        visits=len(dispatch_queries.won_offers(mine)),
        accepting=practitioner is None or practitioner.role.accepting,
        practitioner=practitioner,
        # Asked for once she knows what the alerts would be about, and not before.
        # The part that moves leaves what is beside it alone, so there is nothing to judge for it.
        judgement=None if asks_for_part() else judgements([me().id], now)[me().id],
        tester=me().id,
        ask_for_alerts=dispatch_queries.has_answered(mine),
        now_at=now,
        live_topics=[*(f"inbox-{one}" for one in mine), f"push-test-{me().id}"],
    )
    response.headers["X-Offline"] = "keep"
    return response


def my_inboxes() -> list[UUID]:
    """Mine, and those of the services where I answer; somebody without any has no such page."""
    return recipients_of(me()) or abort(404)


@bp.get("/visits")
@role(Role.PRACTITIONER)
def visits() -> Response:
    mine, now = my_inboxes(), clock.now()
    won = dispatch_queries.won_offers(mine)
    planned = appointment_queries.of_requests(offer.request_id for offer in won)
    rows = [row(offer, planned.get(offer.request_id), now) for offer in won]
    return page(
        "inbox/visits.html",
        fragment="inbox/_visits.html",
        to_plan=[one for one in rows if one.starts_at is None],
        planned=sorted((one for one in rows if one.starts_at), key=lambda one: one.starts_at or now),
        live_topics=[f"inbox-{one}" for one in mine],
    )


@bp.post("/inbox/availability")
@role(Role.PRACTITIONER)
def set_availability() -> Response:
    with transaction():
        directory.accept_requests(my_practitioner().role, request.form.get("accepting") == "yes")
    return inbox_page() if asks_for_part() else see_other(url_for("inbox.inbox"))


def asks_for_part() -> bool:
    """htmx puts the answer in place of what was touched; a browser without it goes to a page."""
    return request.headers.get("HX-Request") == "true"


@bp.get("/offers/<uuid:offer_id>")
@role(Role.PRACTITIONER)
def offer(offer_id: UUID) -> Response:
    found = my_offer(offer_id)
    # Whoever says to ask for a part only, to fetch the page again, must have been seen to read it.
    if knows_patient(found) and not (asks_for_part() and read_lately(offer_id, me().id, clock.now())):
        with transaction():
            record_reading(my_offer(offer_id), me())
        found = my_offer(offer_id)
    return offer_page(found)


def record_reading(offer: Offer, by: Account) -> None:
    record(
        "patient.read",
        subject=offer.id,
        patient=offer.request.patient_id,
        actor=by.id,
        why="care",
        now=clock.now(),
        request=str(offer.request_id),
    )


def offer_page(offer: Offer, status: int = 200, form: AppointmentForm | None = None) -> Response:
    """The offer in whatever state it is, as a page or as its fragment."""
    now = clock.now()
    return page(
        "inbox/offer.html",
        fragment="inbox/_offer.html",
        status=status,
        **_visit(offer, now, form) if offer.state is OfferState.WON else {},
        card=card(offer, now),
        known=known(offer, now),
        offer=offer,
        asked_by=full_name(offer.request.organization),
        reasons=REFUSALS,
        too_late=status == 409,
        now_at=now,
        live_topics=[f"inbox-{offer.recipient_id}", f"request-{offer.request_id}"],
    )


def _visit(offer: Offer, now: datetime, form: AppointmentForm | None) -> dict[str, Any]:
    care_request = offer.request
    pathway = care_request.rulebook
    appointment = appointment_queries.of_request(care_request.id)
    planned_mode = appointment.mode if appointment else None
    return {
        "appointment": appointment,
        "slots": next_slots(
            care_request.window_end, now, clock.PARIS, window_start=care_request.window_start, at_most=3
        ),
        "form": form or AppointmentForm(pathway, formdata=None, mode=planned_mode or pathway.modes[0]),
        "modes": MODES,
    }


@bp.post("/offers/<uuid:offer_id>/sighting")
@role(Role.PRACTITIONER)
def see(offer_id: UUID) -> tuple[str, int]:
    """The card came into view; the requester reads one more `vu`."""
    with transaction():
        answers.see(my_offer(offer_id), clock.now())
    return "", 204


@bp.post("/offers/<uuid:offer_id>/acceptance")
@role(Role.PRACTITIONER)
def accept(offer_id: UUID) -> Response:
    now = clock.now()
    answer = take(offer_id, me(), tap_of(request.form, now), now, reads=asks_for_part())
    found = my_offer(offer_id)
    if wants_words():
        return settled(found, answer, now)
    if answer is not Answer.WON:
        return offer_page(found, status=409)
    return offer_page(found) if asks_for_part() else see_other(_url(found))


def take(offer_id: UUID, by: Account, tap: Tap, now: datetime, *, reads: bool) -> Answer:
    """`reads`: the answer to this tap shows the patient."""
    with transaction():
        found = my_offer_of(offer_id, by)
        answer = answers.accept(found, by=by, now=now, tap=tap)
        if answer is Answer.WON:
            appointments.prepare(found.request, now)
        if answer is Answer.WON and reads:
            record_reading(found, by)
    return answer


def my_offer_of(offer_id: UUID, account: Account) -> Offer:
    return dispatch_queries.offer_of(offer_id, recipients_of(account)) or abort(404)


@bp.post("/offers/<uuid:offer_id>/refusal")
@role(Role.PRACTITIONER)
def refuse(offer_id: UUID) -> Response:
    """One tap refuses, one more may say why; said on a card of the inbox (`from=inbox`), it is answered there."""
    form = RefusalForm()
    if not form.validate():
        return offer_page(my_offer(offer_id), status=422)
    now = clock.now()
    tap = tap_of(request.form, now)
    with transaction():
        answer = answers.refuse(my_offer(offer_id), form.reason.data, by=me(), now=now, tap=tap)
    found = my_offer(offer_id)
    if wants_words():
        return settled(found, answer, now)
    if answer is not Answer.REFUSED:
        return offer_page(found, status=409)
    in_inbox = request.form.get("from") == "inbox"
    if asks_for_part():
        return inbox_page() if in_inbox else offer_page(found)
    return see_other(url_for("inbox.inbox") if in_inbox else _url(found))


@bp.post("/offers/<uuid:offer_id>/appointment")
@role(Role.PRACTITIONER)
def propose(offer_id: UUID) -> Response:
    found = my_won_offer(offer_id)
    form = AppointmentForm(found.request.rulebook)
    if not form.validate() or form.chosen is None:
        form.starts_at.render_kw = {"autofocus": True}
        return offer_page(found, status=422, form=form)
    starts_at, now = form.chosen, clock.now()
    with transaction():
        found = my_won_offer(offer_id)
        appointment = appointment_queries.of_request(found.request_id) or abort(404)
        planned = appointments.propose(appointment, starts_at, form.mode.data, by=me(), now=now)
    return _said(offer_id, planned)


def _said(offer_id: UUID, taken: bool) -> Response:
    found = my_offer(offer_id)
    if not taken:
        return offer_page(found, status=409)
    return offer_page(found) if asks_for_part() else see_other(_url(found))


def my_won_offer(offer_id: UUID) -> Offer:
    found = my_offer(offer_id)
    return found if found.state is OfferState.WON else abort(404)


@bp.post("/offers/<uuid:offer_id>/start")
@role(Role.PRACTITIONER)
def start(offer_id: UUID) -> Response:
    return _say(offer_id, Verb.START)


@bp.post("/offers/<uuid:offer_id>/end")
@role(Role.PRACTITIONER)
def finish(offer_id: UUID) -> Response:
    return _say(offer_id, Verb.FINISH)


def _say(offer_id: UUID, verb: Verb) -> Response:
    with transaction():
        found = my_won_offer(offer_id)
        care_request = care_requests.hold(found.request_id)
        moved = care_requests.move(care_request, verb, by=me(), now=clock.now())
        # A second tap finds it said already: the same answer as the first.
        said = moved or care_request.state is SAID[verb]
    return _said(offer_id, said)


@bp.post("/offers/<uuid:offer_id>/withdrawal")
@role(Role.PRACTITIONER)
def withdraw(offer_id: UUID) -> Response:
    now = clock.now()
    with transaction():
        found = my_offer(offer_id)
        withdrawn = found.state is OfferState.WON and dispatch.withdraw(found.request, by=me(), now=now, reason="")
        if withdrawn:
            appointments.forget_time(found.request, now)
        taken = found.state is OfferState.WITHDRAWN
    return _said(offer_id, taken)


def _url(offer: Offer) -> str:
    return url_for("inbox.offer", offer_id=offer.id)
