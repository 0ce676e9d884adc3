"""One search under the coordinator's eyes: why these people, what to do next, whom to call."""

from datetime import datetime
from uuid import UUID

from flask import Response, abort, request, url_for

from app import clock
from app.accounts.guards import me, role
from app.accounts.models import Role
from app.care_requests import queries as care_requests
from app.care_requests.models import CareRequest, State
from app.core.db import transaction
from app.core.htmx import page, see_other
from app.dispatch import actions as dispatch
from app.dispatch.rules import RELAUNCHED_FOR
from app.pathways.schema import windows_open
from app.relays import actions as relays
from app.supervision.moves import Moves, moves_for
from app.supervision.pages import MovedPage, search_of
from app.supervision.views import bp


def my_search(request_id: UUID) -> CareRequest:
    return care_requests.for_account(request_id, me()) or abort(404)


@bp.get("/requests/<uuid:request_id>/search")
@role(Role.COORDINATOR)
def one_search(request_id: UUID) -> Response:
    """Without the patient's name: calling somebody does not need it."""
    return search_page(my_search(request_id))


def search_page(found: CareRequest, status: int = 200, mistake: bool = False) -> Response:
    return page(search_of(found, clock.now(), mistake), status=status)


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


@bp.post("/requests/<uuid:request_id>/search/rest")
@role(Role.COORDINATOR)
def confide(request_id: UUID) -> Response:
    """Somebody is looked for who goes on with care that was begun and left."""
    with transaction():
        left = relays.confide(my_search(request_id), by=me(), now=clock.now())
    return after(left.id if left else request_id, left is not None)


@bp.post("/requests/<uuid:request_id>/search/moment")
@role(Role.COORDINATOR)
def change_moment(request_id: UUID) -> Response:
    """The care is wanted at another time, and the search goes on."""
    now, found = clock.now(), my_search(request_id)
    windows = {window.slug: window for window in windows_open(found.rulebook.windows, now)}
    window = windows.get(request.form.get("window", ""))
    if window is None:
        return search_page(found, status=422, mistake=True)
    start, end = window.bounds(now)
    with transaction():
        moved = dispatch.reschedule(my_search(request_id), start, end, by=me(), now=now)
    return after(request_id, moved)
