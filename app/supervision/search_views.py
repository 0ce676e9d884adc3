"""One search under the coordinator's eyes: why these people, what to do next, whom to call."""

from datetime import datetime
from uuid import UUID

from flask import Response, abort, request, url_for

from app import clock
from app.accounts.guards import me, role
from app.accounts.models import Role
from app.appointments import actions as appointments
from app.care_requests import queries as care_requests
from app.care_requests.models import CareRequest, State
from app.core.db import transaction
from app.core.forms import uuid_or_none
from app.core.htmx import page, see_other
from app.dispatch import actions as dispatch
from app.pathways.schema import windows_open
from app.supervision.call_list import asked_professions, may_be_found
from app.supervision.moves import Moves, moves_for
from app.supervision.pages import MovedPage, search_of
from app.supervision.rules import RELAUNCHED_FOR
from app.supervision.views import bp


def my_search(request_id: UUID) -> CareRequest:
    return care_requests.for_account(request_id, me()) or abort(404)


@bp.get("/requests/<uuid:request_id>/search")
@role(Role.COORDINATOR)
def one_search(request_id: UUID) -> Response:
    """Without the patient's name: calling somebody does not need it."""
    return search_page(my_search(request_id))


def search_page(found: CareRequest, status: int = 200, mistake: str = "") -> Response:
    return page(search_of(found, clock.now(), mistake, request.args.get("q", "")[:100].strip()), status=status)


def after(request_id: UUID, moved: bool) -> Response:
    if not moved:
        return page(MovedPage(), status=409)
    return see_other(url_for("supervision.one_search", request_id=request_id))


@bp.post("/requests/<uuid:request_id>/search/wider")
@role(Role.COORDINATOR)
def ask_wider(request_id: UUID) -> Response:
    """Farther out, at once."""
    with transaction():
        moved = _go_to(my_search(request_id), "wider", clock.now())
    return after(request_id, moved)


@bp.post("/requests/<uuid:request_id>/search/others")
@role(Role.COORDINATOR)
def ask_others(request_id: UUID) -> Response:
    """Other professions, at once."""
    with transaction():
        moved = _go_to(my_search(request_id), "others", clock.now())
    return after(request_id, moved)


def _go_to(found: CareRequest, way: str, now: datetime) -> bool:
    moves: Moves | None = moves_for(found, {}, now)
    choice = getattr(moves, way) if moves else None
    if choice is None:
        return False
    if found.state is State.SEARCHING:
        return dispatch.widen_now(found, by=me(), now=now, stage=choice[0])
    return dispatch.relaunch(found, by=me(), now=now, until=now + RELAUNCHED_FOR, stage=choice[0])


@bp.post("/requests/<uuid:request_id>/search/moment")
@role(Role.COORDINATOR)
def change_moment(request_id: UUID) -> Response:
    """The care is wanted at another time, and the search goes on."""
    now, found = clock.now(), my_search(request_id)
    windows = {window.slug: window for window in windows_open(found.rulebook.windows, now)}
    window = windows.get(request.form.get("window", ""))
    if window is None:
        return search_page(found, status=422, mistake="moment")
    start, end = window.bounds(now)
    with transaction():
        moved = dispatch.reschedule(my_search(request_id), start, end, by=me(), now=now)
    return after(request_id, moved)


@bp.post("/requests/<uuid:request_id>/search/found")
@role(Role.COORDINATOR)
def found_by_phone(request_id: UUID) -> Response:
    """Somebody said yes on the telephone, on the list or not."""
    found = my_search(request_id)
    role_id = uuid_or_none(request.form.get("role"))
    if role_id is None:
        return search_page(found, status=422, mistake="role")
    with transaction():
        found = my_search(request_id)
        somebody = may_be_found(found, asked_professions(found), role_id)
        now = clock.now()
        moved = somebody is not None and dispatch.assign(found, somebody, by=me(), now=now)
        if moved:
            appointments.prepare(found, now)
    return search_page(found, status=422, mistake="role") if somebody is None else after(request_id, moved)
