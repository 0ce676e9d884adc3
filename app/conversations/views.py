"""One thread: reading it, saying a line, having seen it."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, request, url_for

from app import clock
from app.accounts.guards import by_account, me, role
from app.accounts.models import REQUESTERS, Role
from app.accounts.rules import own_path
from app.audit.readings import read_lately, record_reading
from app.care_requests.models import CareRequest
from app.conversations import actions, queries
from app.conversations.forms import came_back, line_received
from app.conversations.pages import ThreadPage, shown_thread
from app.conversations.rules import Side
from app.core.db import transaction
from app.core.forms import resumable
from app.core.htmx import page, see_other, wants_part
from app.core.limits import MINUTE, limited
from app.core.security import takes
from app.documents.intake import ROOM, type_said

bp = Blueprint("conversations", __name__)

TAKES_PART = (*REQUESTERS, Role.COORDINATOR)


@bp.get("/conversations/<uuid:request_id>")
@role(*TAKES_PART)
def conversation(request_id: UUID) -> Response:
    """The whole thread; `few`: as it stands within the page of its request. `back`: the page it was opened from."""
    now = clock.now()
    again = wants_part() and read_lately(request_id, me().id, now)
    asked, side = mine(request_id)
    patient, reader = asked.patient_id, me().id
    answer = thread_page(asked, side)
    if not again:  # Last, as a transaction forgets what was read; nobody has the page before it is written down.
        with transaction():
            record_reading(request_id, patient=patient, by=reader, now=now, request=request_id)
    return answer


def thread_page(asked: CareRequest, side: Side, status: int = 200, **wrong: Any) -> Response:
    """`wrong`: what came back, as `shown_thread` takes it."""
    whole = "few" not in request.values or not wants_part()
    back = own_path(request.values.get("back", "/"))
    thread = shown_thread(asked, me(), side, clock.now(), back=back, whole=whole, **wrong) or abort(404)
    return page(ThreadPage.of(asked, thread), status=status)


def mine(request_id: UUID) -> tuple[CareRequest, Side]:
    return queries.for_account(request_id, me(), clock.now()) or abort(404)


@bp.post("/conversations/<uuid:request_id>/lines")
@role(*TAKES_PART)
@limited("line", 60, MINUTE, of=by_account)
@takes(ROOM)
@resumable
def say(request_id: UUID) -> Response:
    """One line, with what is sent along; `key`: of the touch, so that it counts once."""
    now = clock.now()
    mine(request_id)
    form, brought, holds = line_received(me().id, now)
    if not holds:
        return thread_page(*mine(request_id), status=422, **came_back(form, brought))
    text, kind = form.text.data or "", type_said("wound-photo")
    with transaction():
        said = actions.say(
            request_id, text, by=me(), now=now, key=form.key.data or "", sent=brought.documents, document_type=kind
        )
    if said is None:
        return thread_page(*mine(request_id), status=409, wrong=form, waiting=brought.documents, too_late=True)
    if wants_part():
        return thread_page(*mine(request_id))
    back = own_path(request.form.get("back", "/"))
    return see_other(url_for("conversations.conversation", request_id=request_id, back=back))


@bp.post("/conversations/<uuid:request_id>/sighting")
@role(*TAKES_PART)
def see(request_id: UUID) -> tuple[str, int]:
    """What was said came into view; who wrote it reads `vu`."""
    mine(request_id)
    with transaction():
        actions.see(request_id, by=me(), now=clock.now())
    return "", 204
