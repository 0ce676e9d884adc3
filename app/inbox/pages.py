"""One offer as a page, in whatever state it is. Before acceptance nothing here identifies the patient, except to the
usual professional and to the establishment that the patient chose."""

from datetime import datetime
from typing import Any

from flask import Response

from app.appointments import queries as appointment_queries
from app.appointments.rules import next_slots
from app.appointments.words import modes_of, places_of
from app.care_requests import plans
from app.care_requests.attachments import joined_to
from app.care_requests.rules import condition, read_visits
from app.care_requests.words import MOMENTS
from app.core import clock
from app.core.htmx import page
from app.dispatch import answers
from app.dispatch import queries as dispatch_queries
from app.dispatch.models import Offer, OfferState
from app.dispatch.words import REFUSALS
from app.inbox import queries
from app.inbox.cards import card, full_name, known
from app.inbox.forms import AppointmentForm, QuestionForm
from app.inbox.mine import my_inboxes
from app.inbox.parts import FROM_TOMORROW
from app.inbox.rows import to_do
from app.inbox.words import WITHDRAWALS


def offer_page(
    offer: Offer, status: int = 200, form: AppointmentForm | None = None, question: QuestionForm | None = None
) -> Response:
    """As a page or as its fragment. `form`, `question`: what was typed wrong, with its mistakes."""
    now = clock.now()
    more: dict[str, Any] = {}
    match offer.state:
        case OfferState.WON:
            more = _visit(offer, now, form)
        case OfferState.OPEN | OfferState.PROPOSED:
            more = _open(offer, question)
    return page(
        "inbox/offer.html",
        fragment="inbox/_offer.html",
        status=status,
        card=card(offer, now),
        known=known(offer, now),
        offer=offer,
        asked_by=full_name(offer.request.organization),
        standing=queries.standing(offer),
        reasons=REFUSALS,
        still_free=offer.state is OfferState.EXPIRED and offer.request.state in queries.FREE,
        too_late=status == 409,
        now_at=now,
        live_topics=[f"inbox-{offer.recipient_id}", f"request-{offer.request_id}"],
        **more,
    )


def _open(offer: Offer, question: QuestionForm | None) -> dict[str, Any]:
    return {
        "inquiries": dispatch_queries.inquiries_about(offer),
        "question": question or QuestionForm(formdata=None),
        "colleagues": [] if offer.to_service else answers.colleagues_for(offer),
    }


def _visit(offer: Offer, now: datetime, form: AppointmentForm | None) -> dict[str, Any]:
    request, said = offer.request, condition(offer.condition or "")
    pathway, appointment = request.rulebook, appointment_queries.of_request(request.id)
    modes, kept = modes_of(offer.role), appointment.mode if appointment else None
    at = list(dict.fromkeys([kept or pathway.modes[0], *pathway.modes]))
    # Nothing is ticked that nobody chose: a slot says its place, and one's own time asks for it.
    given = pathway.modes[0] if len(pathway.modes) == 1 else None
    start = request.window_start
    if offer.condition == FROM_TOMORROW:
        start = max(start, clock.tomorrow(now))
    return {
        "appointment": appointment,
        "slots": next_slots(request.window_end, now, clock.PARIS, window_start=start, at_most=4),
        "form": form or AppointmentForm(pathway, modes, formdata=None, mode=given),
        "modes": modes,
        "places": [(mode, _place(offer, mode)) for mode in at],
        "sequence": appointment.sequence if appointment else 0,
        "after": pathway.after,
        "weeks": plans.weeks(read_visits(request.visits)),
        "moments": MOMENTS,
        "part": said.label if said else "",
        "tasks": [to_do(task, won, now) for task, won in queries.tasks(my_inboxes(), request.id)],
        "documents": joined_to(request.episode_id),
        "withdrawals": WITHDRAWALS,
    }


def _place(offer: Offer, mode: str) -> str:
    patient = offer.request.patient
    return places_of(offer.role, patient.sex if patient else "")[mode]
