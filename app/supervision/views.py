"""The board, and what machines ask of the house."""

from uuid import UUID

from flask import Blueprint, Response, abort, jsonify, request, url_for
from prometheus_client import CONTENT_TYPE_LATEST

from app.accounts.guards import me, role
from app.accounts.models import Role
from app.care_requests import queries as care_requests
from app.care_requests.models import State
from app.core import clock
from app.core.db import apart, transaction
from app.core.htmx import page, see_other
from app.core.security import public
from app.dispatch import actions as dispatch
from app.dispatch import queries as reads
from app.supervision import watch
from app.supervision.emergency_lines import emergencies_for
from app.supervision.health import report
from app.supervision.lines import board_line, overdue_line, unanswered
from app.supervision.measures import measured
from app.supervision.rules import RELAUNCHED_FOR
from app.supervision.silent_phones import unreachable_for

bp = Blueprint("supervision", __name__)


@bp.get("/board")
@role(Role.COORDINATOR)
def board() -> Response:
    now = clock.now()
    waiting, late = watch.watched(me(), now)
    reach, nobody = reads.reach([each.request.id for each in waiting]), reads.Reach()
    in_hand = [each for each in waiting if each.request.state is State.UNANSWERED]
    searching = [each.request for each in waiting if each.request.state is State.SEARCHING]
    return page(
        "supervision/board.html",
        fragment="supervision/_board.html",
        unanswered=[unanswered(each, reach.get(each.request.id, nobody), now) for each in in_hand],
        searching=[board_line(each, reach.get(each.id, nobody), now) for each in searching],
        emergencies=emergencies_for(me()),
        overdue=[overdue_line(each, now) for each in late],
        # Beside the part that moves with the requests: it changes by the day, not by the second.
        unreachable=[] if asks_for_part() else unreachable_for(me(), now),
        live_topics=[f"board-{organization}" for organization in me().organizations(Role.COORDINATOR)],
    )


def asks_for_part() -> bool:
    return request.headers.get("HX-Request") == "true"


@bp.post("/requests/<uuid:request_id>/relaunch")
@role(Role.COORDINATOR)
def relaunch(request_id: UUID) -> Response:
    now = clock.now()
    with transaction():
        found = care_requests.for_account(request_id, me()) or abort(404)
        moved = dispatch.relaunch(found, by=me(), now=now, until=now + RELAUNCHED_FOR)
    if not moved:
        return page("supervision/moved.html", status=409)
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
