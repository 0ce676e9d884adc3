"""Following: the list, and one request from the tap to the care."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Response, abort, current_app, request, url_for

from app.accounts.guards import me, role
from app.accounts.models import Role
from app.appointments import actions as appointments
from app.appointments.words import MODES
from app.audit.readings import read_lately, record_reading
from app.care_requests import attachments, plans
from app.care_requests import queries as care_request_queries
from app.care_requests.lines import RequestFacts
from app.care_requests.models import CareRequest, State
from app.care_requests.rules import OPEN, condition
from app.core import clock
from app.core.db import transaction
from app.core.htmx import page
from app.core.qr import drawn
from app.desk import REQUESTERS, lines
from app.desk import queries as desk_queries
from app.desk.changes import CancellationForm, ReassignmentForm, WindowForm
from app.desk.door import bp, uuid_or_none
from app.desk.queries import Followed
from app.desk.questions import in_words
from app.dispatch import queries as dispatch_queries
from app.dispatch.words import answers_in_words, stage
from app.patients.words import banner

LOOKED_FOR = (State.SEARCHING, State.UNANSWERED)

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
    requests, _ = care_request_queries.followed(me(), open_only=not everything, limit=BESIDE if current else 100)
    reach = dispatch_queries.reach([each.id for each in requests])
    return {**follow_list(requests, reach, current), "everything": everything}


def follow_list(
    requests: Sequence[RequestFacts], reach: Mapping[UUID, dispatch_queries.Reach], current: UUID | None
) -> dict[str, Any]:
    now = clock.now()
    return {
        "lines": [
            lines.follow_line(each, reach.get(each.id, dispatch_queries.Reach()), now, current=each.id == current)
            for each in requests
        ],
        "beside": current,
        "live_topics": [f"requests-{organization}" for organization in me().organizations(*REQUESTERS)],
    }


@bp.get("/requests/<uuid:request_id>")
@role(*REQUESTERS, Role.COORDINATOR)
def follow(request_id: UUID) -> Response:
    # Whoever says to ask for a part only, to fetch the page again, must have been seen to read it.
    again = request.headers.get("HX-Request") and read_lately(request_id, me().id, clock.now())
    found = my_followed(request_id)
    patient, actor, shown_page = found.request.patient_id, me().id, page_of(found)
    if not again:  # Last, as a transaction forgets what was read; nobody has the page before it is written down.
        with transaction():
            record_reading(request_id, patient=patient, by=actor, now=clock.now(), request=request_id)
    return shown_page


def my_followed(request_id: UUID) -> Followed:
    found = desk_queries.followed(request_id)
    return found if found and care_request_queries.is_followed_by(found.request, me()) else abort(404)


def follow_page(request_id: UUID, status: int = 200, **came_back: Any) -> Response:
    """`came_back`: forms with what must be mended in them, and `news` of what could not be done any more."""
    return page_of(my_followed(request_id), status, **came_back)


def page_of(found: Followed, status: int = 200, **came_back: Any) -> Response:
    care_request = found.request
    mine = care_request.organization_id in me().organizations(*REQUESTERS)
    link = patient_link(found) if mine else None
    beside, family = care_request_queries.followed(
        me(), open_only=True, limit=BESIDE, episode_id=care_request.episode_id
    )
    reach = dispatch_queries.reach({care_request.id, *(each.id for each in beside)})
    context = follow_list(beside, reach, care_request.id)
    moves = [care_request.id, *(each.id for each in family if each.id != care_request.id)]
    context["live_topics"][:0] = [f"request-{each}" for each in moves]
    return page(
        "desk/request.html",
        fragment="desk/_request.html",
        status=status,
        **context,
        **shown(found, family, reach.get(care_request.id, dispatch_queries.Reach())),
        **changes(care_request, mine, came_back),
        everything=False,
        mine=mine,
        coordinates=Role.COORDINATOR in me().roles,
        patient_link=link,
        code=drawn(link) if link else None,
    )


def shown(found: Followed, family: Sequence[RequestFacts], reach: dispatch_queries.Reach) -> dict[str, Any]:
    """Everything the page says of the request itself, and of those it stands with."""
    now, care_request = clock.now(), found.request
    winner = None if care_request.state is State.SEARCHING else found.won
    said = condition(winner.condition or "") if winner else None
    return {
        "request_followed": care_request,
        "reason": care_request.need,
        "rulebook": care_request.rulebook,
        "banner": banner(care_request.patient, now) if care_request.patient else None,
        "needs": [lines.need_line(each, care_request.id) for each in family] if len(family) > 1 else [],
        "plan": plans.grid([each for each in family if each.reason == care_request.reason]),
        "funnel": {**asdict(reach), "won": winner is not None},
        "answers": answers_in_words(reach.answers),
        "winner": winner,
        "condition": said.label if said else "",
        "found_in": lines.found_in(care_request),
        "hands": lines.hands(care_request),
        "timeline": lines.timeline(care_request, now),
        "told": in_words(care_request.rulebook, care_request.answers),
        "documents": attachments.joined_to(care_request.episode_id) if found.documents else [],
        "tasks": care_request_queries.tasks_of(care_request.id) if found.tasks else [],
        "copies": care_request_queries.copies_of(care_request.id) if found.copies else [],
        "inquiries": dispatch_queries.inquiries_of(care_request) if found.inquiries else [],
        "proposals": dispatch_queries.proposals_of(care_request) if found.proposals else [],
        "appointment": found.appointment if winner else None,
        "modes": MODES,
    }


def changes(care_request: CareRequest, mine: bool, came_back: dict[str, Any]) -> dict[str, Any]:
    """The forms of what can be changed now, by whose request it is; none for what cannot."""
    farther, state = dispatch_queries.farther(care_request), care_request.state
    return {
        "farther": stage(farther.kind, farther.km) if farther else "",
        "cancellation": CancellationForm() if mine and state in OPEN else None,
        "reassignment": ReassignmentForm() if mine and state in (State.ACCEPTED, State.SCHEDULED) else None,
        "window": WindowForm(care_request.rulebook, clock.now()) if mine and state in LOOKED_FOR else None,
        "reply": None,
        "wrong_document": "",
        "news": "",
        **came_back,
    }


def patient_link(found: Followed) -> str | None:
    """The address for the patient, once someone comes; computed anew for the screen, stored nowhere."""
    if found.appointment is None or found.request.performer is None:
        return None
    # The configured address, not the one this page was asked by: a forged Host header must not reach a patient.
    path = url_for("appointments.patient_page", token=appointments.link_token_kept(found.appointment.id, found.link))
    return f"{current_app.config['SETTINGS'].base_url}{path.removeprefix(request.script_root)}"


@bp.get("/requests/<uuid:request_id>/card")
@role(*REQUESTERS)
def patient_card(request_id: UUID) -> Response:
    """The card to hand to the patient: the link as a code to scan, and in print."""
    found = my_followed(request_id)
    link = patient_link(found) or abort(404)
    return page(
        "desk/card.html",
        request_followed=found.request,
        appointment=found.appointment,
        modes=MODES,
        link=link,
        code=drawn(link),
    )
