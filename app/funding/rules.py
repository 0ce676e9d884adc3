"""What may follow what in an estimate and in a request to a funder, and when the clock speaks. Plain values only."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from app.clock import PARIS
from app.costs.rules import apa_stops_on

# ---- requests to funders, and their clock


class Funder(StrEnum):
    """What is asked for; who pays it follows."""

    ARDH = "ardh"
    OSCAR = "oscar"
    MSA = "msa"
    APA = "apa"
    URGENT_APA = "urgent-apa"
    NURSING_HOME = "nursing-home"
    PCH = "pch"
    DEPARTMENT = "department"
    HEALTH_COVER = "health-cover"
    CONTRACT = "contract"


class FundingState(StrEnum):
    TO_PREPARE = "to-prepare"
    SENT = "sent"
    COMPLETE = "complete"
    GRANTED = "granted"
    REFUSED = "refused"
    EXPIRED = "expired"


MOVES: dict[FundingState, frozenset[FundingState]] = {
    FundingState.TO_PREPARE: frozenset({FundingState.SENT, FundingState.EXPIRED}),
    FundingState.SENT: frozenset({FundingState.COMPLETE, FundingState.GRANTED, FundingState.REFUSED}),
    FundingState.COMPLETE: frozenset({FundingState.GRANTED, FundingState.REFUSED}),
    FundingState.GRANTED: frozenset(),
    FundingState.REFUSED: frozenset(),
    FundingState.EXPIRED: frozenset(),
}
"""Each state and those that may follow. Only what was not sent expires: a funder who is late still owes an answer."""

UNDER_WAY = frozenset({FundingState.TO_PREPARE, FundingState.SENT, FundingState.COMPLETE})

BEFORE_EXIT = frozenset({Funder.ARDH, Funder.MSA, Funder.CONTRACT})
"""Lost when not asked for before the person leaves hospital (FACTS_COORDINATION 3.2)."""

PAUSED = frozenset({Funder.APA, Funder.URGENT_APA})
"""Not paid any more after some time in hospital."""

FUND = frozenset({Funder.ARDH, Funder.OSCAR, Funder.MSA})
ALONE = (
    frozenset({Funder.APA, Funder.URGENT_APA, Funder.NURSING_HOME}),
    FUND,
    frozenset({Funder.PCH}),
    frozenset({Funder.DEPARTMENT}),
)
"""Families of which only one pays (CASF L232-23; FACTS_COORDINATION 3.2 and 3.3)."""


class FundingConflict(StrEnum):
    """Why something is not to be asked for."""

    FUND_AND_APA = "fund-and-apa"
    APA_AND_OTHER = "apa-and-other"
    ALREADY = "already"


def conflict(wanted: Funder, others: Collection[Funder]) -> FundingConflict | None:
    """`others`: what was asked for or granted already, and neither refused nor let expire."""
    if wanted in others:
        return FundingConflict.ALREADY
    family = next((each for each in ALONE if wanted in each), None)
    against = [each for each in ALONE if each != family and each & set(others)] if family else []
    if not against:
        return None
    return FundingConflict.FUND_AND_APA if family == FUND and ALONE[0] in against else FundingConflict.APA_AND_OTHER


WARNED_AT = time(9)
"""The day before, when offices open."""


def next_alarm(state: FundingState, deadline: date | None, warned_for: date | None, now: datetime) -> datetime | None:
    """When the clock next has something to say of it: the day before its deadline, once for each deadline; then at the
    end of that day, when it expires. None: nothing waits for the clock. `deadline`: the last day on which it may
    be sent; a warning that is late already is given at once."""
    if state is not FundingState.TO_PREPARE or deadline is None:
        return None
    if warned_for == deadline:
        return datetime.combine(deadline + timedelta(days=1), time(), PARIS)
    return max(now, datetime.combine(deadline - timedelta(days=1), WARNED_AT, PARIS))


TOLD_BEFORE = timedelta(days=5)
"""How long before an allowance stops in hospital it is announced: on the 25th day (FACTS_COORDINATION 9, check 31)."""


def pause_alarm(admitted: date | None, days: int, warned_for: date | None, now: datetime) -> datetime | None:
    """When it is announced that an allowance will not be paid any more, once for each time she is in hospital."""
    if admitted is None or warned_for == admitted:
        return None
    return max(now, datetime.combine(apa_stops_on(admitted, days) - TOLD_BEFORE, WARNED_AT, PARIS))


# ---- an estimate


class EstimateState(StrEnum):
    DRAFT = "draft"
    SHOWN = "shown"
    ACCEPTED = "accepted"
    OUTDATED = "outdated"


FOLLOWS: dict[EstimateState, frozenset[EstimateState]] = {
    EstimateState.DRAFT: frozenset({EstimateState.SHOWN, EstimateState.OUTDATED}),
    EstimateState.SHOWN: frozenset({EstimateState.ACCEPTED, EstimateState.OUTDATED}),
    EstimateState.ACCEPTED: frozenset({EstimateState.OUTDATED}),
    EstimateState.OUTDATED: frozenset(),
}
