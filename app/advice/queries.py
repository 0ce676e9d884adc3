"""Which opinions somebody reads, and those of her own month."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from app import clock
from app.accounts.models import Account
from app.advice.models import Advice
from app.advice.rates import known_rates
from app.advice.rules import Act, BillingMark, marks
from app.care_requests.models import CareRequest
from app.conversations import queries as conversations
from app.conversations.rules import Side
from app.core.db import db
from app.directory.queries import practitioner_of
from app.jobs.timers import Due
from app.patients.models import Relation
from app.patients.queries import openable_by

BILLS_HERSELF = ("practice",)
"""Kinds of organizations whose people bill what they do; elsewhere the establishment does, or nobody."""


class OpenedAdvice(NamedTuple):
    """An opinion and in which part somebody reads it."""

    advice: Advice
    side: Side


def for_account(request_id: UUID, account: Account) -> OpenedAdvice | None:
    """The opinion, if this person asked for it or has taken it, and may still open whom it is about."""
    advice = db.session.get(Advice, request_id)
    found = conversations.for_account(request_id, account, clock.now()) if advice else None
    if advice is None or found is None or found[1] not in (Side.ASKS, Side.CARES):
        return None
    return OpenedAdvice(advice, found[1])


class Mine(NamedTuple):
    """An act of her month. `named`: may she still open whom it was about?"""

    mark: BillingMark
    request: CareRequest
    named: bool


def month_of(account: Account, month: date, now: datetime) -> list[Mine]:
    """What she asked and what she answered in that month (its first day), the oldest first: hers alone, each with what
    it may be billed. The limits are of the calendar year, which is therefore read from its beginning."""
    answered = _answered(account, month)
    requests = {each.request_id: each.request for each in answered}
    person = practitioner_of(account.id)
    told = [_act(each, account, person.profession.value if person else "") for each in answered]
    shown = [mark for mark in marks(told, known_rates()) if mark.act.day.replace(day=1) == month]
    theirs = openable_by(account, now).where(Relation.patient_id.in_({mark.act.patient_id for mark in shown}))
    opened = set(db.session.scalars(theirs)) if shown else set()
    return [Mine(mark, requests[mark.act.request_id], mark.act.patient_id in opened) for mark in shown]


def _answered(account: Account, month: date) -> Sequence[Advice]:
    begins, ends = clock.midnight(date(month.year, 1, 1)), clock.midnight(after(month))
    hers = or_(Advice.author_id == account.id, CareRequest.author_id == account.id)
    whole = (
        joinedload(Advice.request).joinedload(CareRequest.patient),
        joinedload(Advice.request).joinedload(CareRequest.organization),
        joinedload(Advice.request).joinedload(CareRequest.performer),
    )
    within = select(Advice).join(CareRequest).where(hers, Advice.answered_at >= begins, Advice.answered_at < ends)
    return db.session.scalars(within.options(*whole)).all()


def after(month: date) -> date:
    """The first day of the month that follows."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _act(each: Advice, account: Account, profession: str) -> Act:
    request, asked = each.request, each.author_id != account.id
    answers_at = request.performer.organization if request.performer else None
    place = request.organization if asked else answers_at
    return Act(
        request_id=request.id,
        patient_id=request.patient_id,
        day=clock.paris(each.answered_at or request.created_at).date(),
        asked=asked,
        profession=profession,
        town=place is not None and place.kind in BILLS_HERSELF,
        same_place=answers_at is not None and answers_at.id == request.organization_id,
    )


def oldest_due(_now: object) -> Due:
    return select(func.min(Advice.look_at))
