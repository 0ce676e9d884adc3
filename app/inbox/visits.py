"""What she took: when it is, that it began and ended, what is left to do, and giving it back."""

from uuid import UUID

from flask import Response, abort, request, url_for

from app.accounts.guards import me, role
from app.accounts.models import Role
from app.appointments import actions as appointments
from app.appointments import queries as appointment_queries
from app.appointments.words import modes_of
from app.care_requests import actions as care_requests
from app.care_requests import follow_ups
from app.care_requests.models import State, Verb
from app.core import clock
from app.core.db import transaction
from app.core.htmx import page, see_other
from app.dispatch import actions as dispatch
from app.dispatch import queries as dispatch_queries
from app.dispatch.models import OfferState
from app.inbox import queries
from app.inbox.forms import AppointmentForm, WithdrawalForm
from app.inbox.mine import asks_for_part, my_inboxes, my_offer, my_won_offer, url_of
from app.inbox.pages import offer_page
from app.inbox.rows import proposal, row, to_do
from app.inbox.views import bp
from app.inbox.words import WITHDRAWALS

SAID = {Verb.START: State.STARTED, Verb.FINISH: State.DONE}


@bp.get("/visits")
@role(Role.PRACTITIONER)
def visits() -> Response:
    return visits_page()


def visits_page() -> Response:
    mine, now = my_inboxes(), clock.now()
    won = dispatch_queries.won_offers(mine)
    planned = appointment_queries.of_requests(offer.request_id for offer in won)
    rows = [row(offer, planned.get(offer.request_id), now) for offer in won]
    return page(
        "inbox/visits.html",
        fragment="inbox/_visits.html",
        tasks=[to_do(task, offer, now) for task, offer in queries.tasks(mine)],
        proposals=[proposal(offer) for offer in queries.proposals(mine)],
        to_plan=[one for one in rows if one.starts_at is None],
        planned=sorted((one for one in rows if one.starts_at), key=lambda one: one.starts_at or now),
        live_topics=[f"inbox-{one}" for one in mine],
    )


@bp.post("/visits/tasks/<uuid:task_id>/completion")
@role(Role.PRACTITIONER)
def complete(task_id: UUID) -> Response:
    """Done; said on the visit's own page (`from=offer`), it is answered there."""
    with transaction():
        task, offer = queries.task_of(task_id, my_inboxes()) or abort(404)
        follow_ups.finish_task(task, by=me(), now=clock.now())
        offer_id = offer.id
    on_visit = request.form.get("from") == "offer"
    if asks_for_part():
        return offer_page(my_offer(offer_id)) if on_visit else visits_page()
    return see_other(url_of(my_offer(offer_id)) if on_visit else url_for("inbox.visits"))


@bp.post("/offers/<uuid:offer_id>/appointment")
@role(Role.PRACTITIONER)
def propose(offer_id: UUID) -> Response:
    found = my_won_offer(offer_id)
    form = AppointmentForm(found.request.rulebook, modes_of(found.role))
    if not form.validate() or form.chosen is None:
        form.starts_at.render_kw = {"autofocus": True}
        return offer_page(found, status=422, form=form)
    starts_at, now = form.chosen, clock.now()
    with transaction():
        found = my_won_offer(offer_id)
        appointment = appointments.prepare(found.request, now)
        planned = appointments.propose(appointment, starts_at, form.mode.data, by=me(), now=now)
    return _said(offer_id, planned)


def _said(offer_id: UUID, taken: bool) -> Response:
    found = my_offer(offer_id)
    if not taken:
        return offer_page(found, status=409)
    return offer_page(found) if asks_for_part() else see_other(url_of(found))


@bp.post("/offers/<uuid:offer_id>/checklist")
@role(Role.PRACTITIONER)
def tick(offer_id: UUID) -> Response:
    """One thing that the appointment is for: `item`, its place in the pathway's list; `done`: yes or no."""
    found = my_won_offer(offer_id)
    item, checklist = request.form.get("item", ""), found.request.rulebook.after.checklist
    if item not in map(str, range(len(checklist))):
        return offer_page(found, status=422)
    with transaction():
        found, now = my_won_offer(offer_id), clock.now()
        appointment = appointments.prepare(found.request, now)
        appointments.tick(appointment, int(item), request.form.get("done") != "no", by=me(), now=now)
    return _said(offer_id, True)


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
    form, now = WithdrawalForm(), clock.now()
    if not form.validate():
        return offer_page(my_offer(offer_id), status=422)
    reason = WITHDRAWALS.get(form.reason.data or "", "")
    with transaction():
        found = my_offer(offer_id)
        withdrawn = found.state is OfferState.WON and dispatch.withdraw(found.request, by=me(), now=now, reason=reason)
        if withdrawn:
            appointments.forget_time(found.request, now)
        taken = found.state is OfferState.WITHDRAWN
    return _said(offer_id, taken)
