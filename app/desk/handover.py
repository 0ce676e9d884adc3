"""Taking over from a shift: what changed meanwhile. On a shared tablet it is read before anything else; on a computer
of the ward, whenever one asks."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from flask import Response, abort, request, url_for
from sqlalchemy import false, select
from sqlalchemy.orm import joinedload

from app import clock
from app.accounts.guards import at_tablet, me, signed_in_anywhere
from app.accounts.models import REQUESTERS, SignIn
from app.accounts.sessions import me_sign_in
from app.care_requests.models import CareRequest, Step
from app.care_requests.rules import OPEN
from app.consents.objections import names_reader
from app.core.db import db, transaction
from app.core.htmx import page, see_other
from app.desk import lines
from app.desk.door import bp
from app.desk.pages import HandedOver, HandoverPage
from app.dispatch import queries as dispatch_queries
from app.language.words import length
from app.tablets import actions, queries

AT_MOST = 100


SHIFTS = (8, 12, 24, 72)  # hours since which one may ask: a shift, a long one, a day, a weekend


@bp.get("/handover")
@signed_in_anywhere
def handover() -> Response:
    """`hours`: elsewhere than at a shared tablet, since when."""
    if me().only_at is None:
        return shift_page(me().organizations(*REQUESTERS) or abort(403), request.args.get("hours", ""))
    row, now = this_visit(), clock.now()
    taken = queries.handover_to_read(row)
    if taken is None:
        return see_other(url_for("desk.requests"))
    changed, still_open = handed_over_since([row.only_at_id], taken.since, now)
    return page(HandoverPage(taken.came_from, taken.since, changed, still_open))


def shift_page(places: Sequence[UUID], asked: str) -> Response:
    """Of all places where she asks; nothing has to be acknowledged."""
    now, hours = clock.now(), int(asked) if asked in map(str, SHIFTS) else SHIFTS[0]
    since = now - timedelta(hours=hours)
    changed, still_open = handed_over_since(places, since, now)
    tabs = [(url_for("desk.handover", hours=each), length(timedelta(hours=each)), each == hours, 0) for each in SHIFTS]
    return page(HandoverPage(None, since, changed, still_open, tabs))


@bp.post("/handover")
@at_tablet
def acknowledge() -> Response:
    with transaction():
        actions.acknowledge(this_visit(), now=clock.now())
    return see_other(url_for("desk.requests"))


def this_visit() -> SignIn:
    return me_sign_in() or abort(404)


def handed_over_since(
    places: Sequence[UUID | None], moment: datetime | None, now: datetime
) -> tuple[list[HandedOver], list[HandedOver]]:
    """What changed since `moment` in these places, ended requests too, the newest change first; then what is still open
    as it was."""
    requests = _wanted(places, moment)
    reach = dispatch_queries.reach([each.id for each in requests])
    nobody = dispatch_queries.Reach()
    news = [
        HandedOver(
            lines.follow_line(each, reach.get(each.id, nobody), now),
            [lines.moment_of(step, each, now) for step in each.steps if moment is None or step.at > moment],
        )
        for each in requests
    ]
    return [each for each in news if each.changes], [each for each in news if not each.changes]


def _wanted(places: Sequence[UUID | None], moment: datetime | None) -> Sequence[CareRequest]:
    changed = CareRequest.changed_at > moment if moment else false()
    statement = (
        select(CareRequest)
        .options(joinedload(CareRequest.patient), joinedload(CareRequest.commune))
        .where(CareRequest.organization_id.in_(places), CareRequest.state.in_(OPEN) | changed)
        .where(~names_reader(CareRequest.patient_id, me().id))
        .order_by(CareRequest.changed_at.desc())
        .limit(AT_MOST)
    )
    return db.session.scalars(statement).unique().all()


def anything_new(organization_id: UUID, since: datetime | None) -> bool:
    """Is there something that who comes to the ward's tablet has not seen: a step since, or whatever is open?"""
    here = CareRequest.organization_id == organization_id
    if since is None:
        wanted = select(CareRequest.id).where(here, CareRequest.state.in_(OPEN))
    else:
        wanted = select(Step.id).join(CareRequest).where(here, Step.at > since)
    return db.session.scalar(wanted.limit(1)) is not None
