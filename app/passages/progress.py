"""A plan as it is read by who asked, who comes and whom it is for: what became of each passage, and how far it came."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from app import clock
from app.care_requests.lines import RequestFacts
from app.care_requests.models import CareRequest
from app.care_requests.queries import shared_with
from app.care_requests.rules import Visit
from app.passages import calendar, queries
from app.passages.calendar import Grid
from app.passages.queries import PassageFacts
from app.passages.rules import progress_of
from app.passages.words import outcome_of, progress_in_words, when_said

TOLD_LATELY = 5


@dataclass(frozen=True)
class PlanShown:
    """As who asked reads it: who comes when and what became of it, how far it came, and the lines left for the circle,
    each with when."""

    plan: Grid | None
    progress: str = ""
    told: list[tuple[str, str]] = field(default_factory=list)


def plan_shown(parts: Sequence[RequestFacts], review_on: date | None, now: datetime) -> PlanShown:
    """The passages are read only once somebody has taken some of them."""
    if not any(each.visits and each.performer for each in parts):
        return PlanShown(calendar.grid(parts, {}))
    found = queries.shown([each.id for each in parts])
    outcomes = {Visit(each.day, each.moment): outcome_of(each) for each in found}
    lines = [(when_said(each), each.note) for each in found[::-1] if each.note]
    return PlanShown(calendar.grid(parts, outcomes), how_far(parts, found, review_on, now), lines[:TOLD_LATELY])


def how_far(
    parts: Sequence[CareRequest | RequestFacts], found: Sequence[PassageFacts], review_on: date | None, now: datetime
) -> str:
    """`7 passages sur 20, prochain demain matin`: of the whole plan, whoever shares it."""
    total = None if review_on else sum(len(each.visits) for each in parts)
    return progress_in_words(progress_of(found, total, clock.paris(now).date()), now, review_on)


def how_far_it_came(request: CareRequest, now: datetime) -> str:
    """The same, of the plan of which this request is all or a part; empty for care that comes once."""
    if not request.visits or request.performer is None:
        return ""
    parts = shared_with(request)
    return how_far(parts, queries.shown([each.id for each in parts]), request.review_on, now)
