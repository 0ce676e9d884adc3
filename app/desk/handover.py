"""Taking a shared tablet over: what changed while it was in other hands, read before anything else."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from flask import Response, abort, url_for
from sqlalchemy import false, select
from sqlalchemy.orm import joinedload

from app import clock
from app.accounts.guards import at_tablet
from app.accounts.models import SignIn
from app.accounts.sessions import me_sign_in
from app.care_requests.models import CareRequest, Step
from app.care_requests.rules import OPEN
from app.core.db import db, transaction
from app.core.htmx import page, see_other
from app.desk import lines
from app.desk.door import bp
from app.desk.pages import HandedOver, HandoverPage
from app.dispatch import queries as dispatch_queries
from app.tablets import actions, queries

AT_MOST = 100


@bp.get("/handover")
@at_tablet
def handover() -> Response:
    row, now = this_visit(), clock.now()
    taken = queries.handover_to_read(row)
    if taken is None:
        return see_other(url_for("desk.requests"))
    news = handed_over_since(row, taken.since, now)
    changed, still_open = [each for each in news if each.changes], [each for each in news if not each.changes]
    return page(HandoverPage(taken.came_from, taken.since, changed, still_open))


@bp.post("/handover")
@at_tablet
def acknowledge() -> Response:
    with transaction():
        actions.acknowledge(this_visit(), now=clock.now())
    return see_other(url_for("desk.requests"))


def this_visit() -> SignIn:
    return me_sign_in() or abort(404)


def handed_over_since(row: SignIn, moment: datetime | None, now: datetime) -> list[HandedOver]:
    """The ward's open requests, and those that changed since `moment`, ended ones too; the newest change first."""
    requests = _wanted(row.only_at_id, moment)
    reach = dispatch_queries.reach([each.id for each in requests])
    nobody = dispatch_queries.Reach()
    return [
        HandedOver(
            lines.follow_line(each, reach.get(each.id, nobody), now),
            [lines.moment_of(step, each, now) for step in each.steps if moment is None or step.at > moment],
        )
        for each in requests
    ]


def _wanted(organization_id: UUID | None, moment: datetime | None) -> Sequence[CareRequest]:
    changed = CareRequest.changed_at > moment if moment else false()
    statement = (
        select(CareRequest)
        .options(joinedload(CareRequest.patient), joinedload(CareRequest.commune))
        .where(CareRequest.organization_id == organization_id, CareRequest.state.in_(OPEN) | changed)
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
