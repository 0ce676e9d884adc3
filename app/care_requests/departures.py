"""A coordinator, a senior doctor or who asked leaves: what was in her hands passes to another, by name."""

from datetime import datetime

from sqlalchemy import select

from app.accounts.models import Account, Role
from app.accounts.queries import holding
from app.care_requests import actions, words
from app.care_requests.actions import note, refresh_screens, tell
from app.care_requests.models import CareRequest
from app.care_requests.queries import coordinator_for
from app.care_requests.rules import OPEN, State
from app.care_requests.watch import end_undecided
from app.core.db import db
from app.membership.leaving import Departure
from app.organizations.queries import whose_rules


def hand_on(departure: Departure) -> None:
    _name_another_human(departure)
    if Role.SENIOR_DOCTOR in departure.roles:
        _end_what_she_decides(departure)


def _name_another_human(departure: Departure) -> None:
    """A coordinator's; and where nobody coordinates, what is in her hands because she asked for it there."""
    hers = [CareRequest.coordinator_id == departure.account_id, CareRequest.state.in_(OPEN)]
    if Role.COORDINATOR not in departure.roles:
        hers.append(CareRequest.organization_id == departure.organization_id)
    for request_id in db.session.scalars(select(CareRequest.id).where(*hers).order_by(CareRequest.id)).all():
        request = actions.lock(request_id)
        request.coordinator_id = coordinator_for(request)
        refresh_screens(request)


def _end_what_she_decides(departure: Departure) -> None:
    """Who asked for her decision hears now that there will be none, and not when it would have been late."""
    hers = CareRequest.decider_id == departure.account_id, CareRequest.state == State.DRAFT
    for request in db.session.scalars(select(CareRequest).where(*hers).order_by(CareRequest.id)).all():
        may_decide = holding(Role.SENIOR_DOCTOR, whose_rules([request.organization_id]))
        if departure.account_id not in {account.id for account in may_decide}:
            end_undecided(request.id, departure.now)


def hand_to_coordinator(
    request: CareRequest, *, by: Account | None, now: datetime, detail: str, why: str = "left"
) -> None:
    """Care has begun and nobody goes on with it: a human hears of it now. `detail`: who has left, or is refused by the
    person (`why`: left or turned-away)."""
    request.coordinator_id, request.changed_at = coordinator_for(request), now
    note(request, why, by=by, now=now, detail=detail)
    for account_id in dict.fromkeys((request.coordinator_id, request.author_id)):
        tell(account_id, request, why, words.HANDED_NOTICES[why], now)
