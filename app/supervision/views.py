"""The board, and what machines ask of the house."""

from uuid import UUID

from flask import Blueprint, Response, abort, jsonify, request, url_for
from prometheus_client import CONTENT_TYPE_LATEST

from app import clock
from app.accounts.guards import me, role
from app.accounts.models import Role
from app.care_requests import queries as care_requests
from app.core.db import apart, transaction
from app.core.htmx import page, see_other
from app.core.security import public
from app.dispatch import actions as dispatch
from app.dispatch.rules import RELAUNCHED_FOR
from app.supervision.health import report
from app.supervision.measures import measured
from app.supervision.pages import MovedPage, board_of, wall_of

bp = Blueprint("supervision", __name__)


@bp.get("/board")
@role(Role.COORDINATOR)
def board() -> Response:
    """`?wall`: for the screen of a room, read at three metres by whoever walks past."""
    shown = wall_of if "wall" in request.args else board_of
    return page(shown(me(), clock.now()))


@bp.post("/requests/<uuid:request_id>/relaunch")
@role(Role.COORDINATOR)
def relaunch(request_id: UUID) -> Response:
    now = clock.now()
    with transaction():
        found = care_requests.for_account(request_id, me()) or abort(404)
        moved = dispatch.relaunch(found, by=me(), now=now, until=now + RELAUNCHED_FOR)
    if not moved:
        return page(MovedPage(), status=409)
    return see_other(url_for("supervision.board"))


@bp.get("/healthz")
@apart()
@public("a monitor asks without signing in; the answer holds no one's data")
def healthz() -> tuple[Response, int]:
    """`late` names the timers that are late or silent."""
    health = report(clock.now())
    late = [pulse.timer for pulse in health.red]
    return jsonify(ok=health.well, late=late, lines=health.lines), 200 if health.well else 503


@bp.get("/metrics")
@apart()
@public("counts and delays only, for the monitoring of the house")
def metrics() -> Response:
    return Response(measured(report(clock.now())), content_type=CONTENT_TYPE_LATEST)
