"""Following: the list, and one request from the tap to the care."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Response, abort, current_app, request, url_for

from app.accounts.guards import me, role
from app.accounts.models import Role
from app.appointments import actions as appointments
from app.appointments import queries as appointment_queries
from app.appointments.words import MODES
from app.audit.actions import record
from app.audit.readings import read_lately
from app.care_requests import attachments, plans
from app.care_requests import queries as care_request_queries
from app.care_requests.models import CareRequest
from app.care_requests.rules import condition
from app.core import clock
from app.core.db import transaction
from app.core.htmx import page
from app.core.qr import drawn
from app.desk import REQUESTERS, lines
from app.desk.changes import CancellationForm, ReassignmentForm, WindowForm
from app.desk.door import bp, my_request, uuid_or_none
from app.desk.questions import in_words
from app.dispatch import queries as dispatch_queries
from app.dispatch.words import answers_in_words, stage
from app.patients.words import banner

BESIDE = 30
"""How many requests the list beside an open one holds: it is sent again with every change."""


@bp.get("/requests")
@role(*REQUESTERS)
def requests() -> Response:
    return page("desk/requests.html", fragment="desk/_requests.html", **followed())


def followed() -> dict[str, Any]:
    """The follow list: what is still open, or everything when asked."""
    everything = request.args.get("show") == "all"
    current = uuid_or_none(request.args.get("beside"))
    requests = care_request_queries.followed(me(), open_only=not everything, limit=BESIDE if current else 100)
    return {**follow_list(requests, current), "everything": everything}


def follow_list(requests: Sequence[CareRequest], current: UUID | None) -> dict[str, Any]:
    reach = dispatch_queries.reach([row.id for row in requests])
    return {
        "rows": lines.rows(requests, reach, clock.now(), current),
        "beside": current,
        "live_topics": [f"requests-{organization}" for organization in me().organizations(*REQUESTERS)],
    }


@bp.get("/requests/<uuid:request_id>")
@role(*REQUESTERS, Role.COORDINATOR)
def follow(request_id: UUID) -> Response:
    # Whoever says to ask for a part only, to fetch the page again, must have been seen to read it.
    if not request.headers.get("HX-Request") or not read_lately(request_id, me().id, clock.now()):
        record_reading(request_id)
    return follow_page(my_request(request_id))


def follow_page(care_request: CareRequest, status: int = 200, **came_back: Any) -> Response:
    """`came_back`: forms with what must be mended in them, and `news` of what could not be done any more."""
    mine = care_request.organization_id in me().organizations(*REQUESTERS)
    link = patient_link(care_request) if mine else None
    beside = care_request_queries.followed(me(), open_only=True, limit=BESIDE)
    family = care_request_queries.together(care_request)
    context = follow_list(beside, care_request.id)
    moves = [care_request.id, *(each.id for each in family if each.id != care_request.id)]
    context["live_topics"][:0] = [f"request-{each}" for each in moves]
    return page(
        "desk/request.html",
        fragment="desk/_request.html",
        status=status,
        **context,
        **shown(care_request, family),
        **changes(care_request, came_back),
        everything=False,
        mine=mine,
        coordinates=Role.COORDINATOR in me().roles,
        patient_link=link,
        code=drawn(link) if link else None,
    )


def shown(care_request: CareRequest, family: Sequence[CareRequest]) -> dict[str, Any]:
    """Everything the page says of the request itself, and of those it stands with."""
    now = clock.now()
    reach = dispatch_queries.reach([care_request.id]).get(care_request.id, dispatch_queries.Reach())
    winner = dispatch_queries.winner_of(care_request)
    said = condition(winner.condition or "") if winner else None
    return {
        "request_followed": care_request,
        "reason": care_request.need,
        "rulebook": care_request.rulebook,
        "banner": banner(care_request.patient, now) if care_request.patient else None,
        "needs": lines.need_lines(family, care_request.id) if len(family) > 1 else [],
        "plan": plans.grid([each for each in family if each.reason == care_request.reason]),
        "funnel": {**asdict(reach), "won": winner is not None},
        "answers": answers_in_words(dispatch_queries.answers_summed([care_request.id])[care_request.id]),
        "winner": winner,
        "condition": said.label if said else "",
        "found_in": lines.found_in(care_request),
        "hands": lines.hands(care_request),
        "timeline": lines.timeline(care_request, now),
        "told": in_words(care_request.rulebook, care_request.answers),
        "documents": attachments.joined_to(care_request.episode_id),
        "tasks": care_request_queries.tasks_of(care_request.id),
        "copies": care_request_queries.copies_of(care_request.id),
        "inquiries": dispatch_queries.inquiries_of(care_request),
        "proposals": dispatch_queries.proposals_of(care_request),
        "appointment": appointment_queries.of_request(care_request.id) if winner else None,
        "modes": MODES,
    }


def changes(care_request: CareRequest, came_back: dict[str, Any]) -> dict[str, Any]:
    """The forms of what can be changed now."""
    farther = dispatch_queries.farther(care_request)
    return {
        "farther": stage(farther.kind, farther.km) if farther else "",
        "cancellation": CancellationForm(),
        "reassignment": ReassignmentForm(),
        "window": WindowForm(care_request.rulebook, clock.now()),
        "reply": None,
        "wrong_document": "",
        "news": "",
        **came_back,
    }


def record_reading(request_id: UUID) -> None:
    with transaction():
        read = my_request(request_id)
        record(
            "patient.read",
            subject=read.id,
            patient=read.patient_id,
            actor=me().id,
            why="care",
            now=clock.now(),
            request=str(read.id),
        )


def patient_link(care_request: CareRequest) -> str | None:
    """The address for the patient, once someone comes; computed anew for the screen, stored nowhere."""
    appointment = appointment_queries.of_request(care_request.id)
    if appointment is None or care_request.performer is None:
        return None
    # The configured address, not the one this page was asked by: a forged Host header must not reach a patient.
    path = url_for("appointments.patient_page", token=appointments.link_token(appointment))
    return f"{current_app.config['SETTINGS'].base_url}{path.removeprefix(request.script_root)}"


@bp.get("/requests/<uuid:request_id>/card")
@role(*REQUESTERS)
def patient_card(request_id: UUID) -> Response:
    """The card to hand to the patient: the link as a code to scan, and in print."""
    care_request = my_request(request_id)
    link = patient_link(care_request) or abort(404)
    appointment = appointment_queries.of_request(care_request.id)
    return page(
        "desk/card.html",
        request_followed=care_request,
        appointment=appointment,
        modes=MODES,
        link=link,
        code=drawn(link),
    )
