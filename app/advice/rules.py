"""What the clock does with an opinion that is awaited, and what it may be billed. Plain values in, plain values out."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from msgspec import Struct

from app.care_requests.rules import OPEN, State


class See(enum.StrEnum):
    """Is the person to be seen, beside what is written?"""

    NO = "no"
    BY = "by"  # until a day
    TODAY = "today"


# ---- the clock

REMIND_BEFORE = timedelta(days=1)
SETTLE_IN = timedelta(hours=12)
"""Whoever has just taken it is not reminded yet."""
SILENCE = timedelta(days=2)
"""So long after it was due, an opinion that nobody wrote is looked for elsewhere."""
TIME_FOR_ANOTHER = timedelta(days=3)
"""How long somebody else is looked for then."""
TALK = timedelta(days=14)
"""How long the thread stays open for a question about what was answered."""
GLANCE = timedelta(hours=12)
"""How often the clock looks whether somebody has taken it."""


class AdviceMove(enum.StrEnum):
    """What is to be done now."""

    WAIT = "wait"
    REMIND = "remind"  # who took it
    HAND_ON = "hand on"  # to somebody else
    CLOSE = "close"  # it was answered, and nobody asks any more


@dataclass(frozen=True)
class Standing:
    """An opinion as it stands. `due_at`: once somebody took it; `taken_at`: when the request last moved; `reminded`:
    was who has it now?"""

    state: State
    due_at: datetime | None
    taken_at: datetime
    answered_at: datetime | None
    reminded: bool


def look(it: Standing, now: datetime) -> tuple[AdviceMove, datetime | None]:
    """What to do, and when to look again; none: never."""
    if it.state not in OPEN:
        return AdviceMove.WAIT, None
    if it.answered_at:
        closes = it.answered_at + TALK
        return (AdviceMove.CLOSE, None) if now >= closes else (AdviceMove.WAIT, closes)
    if it.due_at is None or it.state not in (State.ACCEPTED, State.SCHEDULED, State.STARTED):
        return AdviceMove.WAIT, now + GLANCE
    if now >= (given_up := it.due_at + SILENCE) and it.state is not State.STARTED:
        return AdviceMove.HAND_ON, now + GLANCE
    reminds = max(it.due_at - REMIND_BEFORE, it.taken_at + SETTLE_IN)
    if not it.reminded:
        return (AdviceMove.REMIND, max(given_up, now + GLANCE)) if now >= reminds else (AdviceMove.WAIT, reminds)
    return AdviceMove.WAIT, max(given_up, now + GLANCE)


# ---- what it may be billed


class BillingVerdict(enum.StrEnum):
    YES = "yes"
    CHECK = "check"  # the rule of that day, or a fact it needs, is not known here
    NO = "no"


class BillingReason(enum.StrEnum):
    NO_RATE = "no rate"  # none known for that day
    PROFESSION = "profession"  # the dated file knows no amount for it
    SALARIED = "salaried"  # her establishment says
    SAME_PLACE = "same place"
    LIMIT = "limit"  # of a year and a person


class Fee(Struct, frozen=True, forbid_unknown_fields=True):
    """What one side may bill, in euros. `professions`: whose amount it is; `per_year`: for one person, in a calendar
    year."""

    code: str
    amount: Decimal  # its file has it between quotes: a binary fraction would not hold it
    professions: frozenset[str]
    per_year: int


class AdviceRates(Struct, frozen=True, forbid_unknown_fields=True):
    """What is known of the days from `valid_from` to `valid_until`, both included."""

    slug: str
    valid_from: date
    valid_until: date
    source: str
    expert: Fee
    asker: Fee


@dataclass(frozen=True)
class Act:
    """One opinion as the list of one person counts it. `asked`: it was she who asked; `profession`: hers, empty when no
    directory says it; `town`: does she work in a practice, where she bills herself? `same_place`: of who asked and who
    answered."""

    request_id: UUID
    patient_id: UUID | None
    day: date
    asked: bool
    profession: str
    town: bool
    same_place: bool


@dataclass(frozen=True)
class BillingMark:
    """`amount`: in euros, none where it is not known or nothing is due."""

    act: Act
    verdict: BillingVerdict
    code: str = ""
    amount: Decimal | None = None
    why: BillingReason | None = None


def rates_on(day: date, known: Sequence[AdviceRates]) -> AdviceRates | None:
    return next((each for each in known if each.valid_from <= day <= each.valid_until), None)


def marks(acts: Sequence[Act], known: Sequence[AdviceRates]) -> list[BillingMark]:
    """Each of one person's acts of a calendar year, the oldest first: the first ones of a patient are within the limit,
    counted apart for what she asked and for what she answered (FACTS_COORDINATION 5: TE2, RQD)."""
    billed: dict[tuple[UUID | None, bool], int] = {}
    found = []
    for act in sorted(acts, key=lambda each: (each.day, each.request_id)):
        before = billed.get((act.patient_id, act.asked), 0)
        mark = mark_of(act, before, rates_on(act.day, known))
        if mark.verdict is BillingVerdict.YES:
            billed[act.patient_id, act.asked] = before + 1
        found.append(mark)
    return found


def mark_of(act: Act, before: int, rates: AdviceRates | None) -> BillingMark:
    """`before`: how many of the same kind were billed for this patient in the year."""
    if act.same_place:
        return BillingMark(act, BillingVerdict.NO, why=BillingReason.SAME_PLACE)
    if rates is None:
        return BillingMark(act, BillingVerdict.CHECK, why=BillingReason.NO_RATE)
    fee = rates.asker if act.asked else rates.expert
    if not act.town:
        return BillingMark(act, BillingVerdict.CHECK, fee.code, why=BillingReason.SALARIED)
    if act.profession not in fee.professions:
        return BillingMark(act, BillingVerdict.CHECK, why=BillingReason.PROFESSION)
    if before >= fee.per_year:
        return BillingMark(act, BillingVerdict.NO, fee.code, why=BillingReason.LIMIT)
    return BillingMark(act, BillingVerdict.YES, fee.code, fee.amount)
