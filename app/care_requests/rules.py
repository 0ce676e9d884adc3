"""The one table of what may follow what, and how a plan of visits is shared. Plain values in, plain values out."""

import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from app.language.phrases import later


class State(enum.StrEnum):
    DRAFT = "draft"  # written, and waiting for a senior doctor's decision
    SEARCHING = "searching"
    ACCEPTED = "accepted"
    SCHEDULED = "scheduled"
    STARTED = "started"
    DONE = "done"
    UNANSWERED = "unanswered"
    CANCELLED = "cancelled"


class Verb(enum.StrEnum):
    APPROVE = "approve"
    DECLINE = "decline"
    ACCEPT = "accept"
    EXHAUST = "exhaust"
    RELAUNCH = "relaunch"
    SCHEDULE = "schedule"
    START = "start"
    FINISH = "finish"
    WITHDRAW = "withdraw"
    CANCEL = "cancel"
    LAPSE = "lapse"


TRANSITIONS: dict[tuple[State, Verb], State] = {
    (State.DRAFT, Verb.APPROVE): State.SEARCHING,
    (State.DRAFT, Verb.DECLINE): State.CANCELLED,
    (State.DRAFT, Verb.CANCEL): State.CANCELLED,
    (State.SEARCHING, Verb.ACCEPT): State.ACCEPTED,
    (State.SEARCHING, Verb.EXHAUST): State.UNANSWERED,
    (State.SEARCHING, Verb.CANCEL): State.CANCELLED,
    # Whoever says yes late, or is found by telephone, is welcome as long as nobody has it.
    (State.UNANSWERED, Verb.ACCEPT): State.ACCEPTED,
    (State.UNANSWERED, Verb.RELAUNCH): State.SEARCHING,
    (State.UNANSWERED, Verb.CANCEL): State.CANCELLED,
    (State.ACCEPTED, Verb.SCHEDULE): State.SCHEDULED,
    (State.ACCEPTED, Verb.START): State.STARTED,
    (State.ACCEPTED, Verb.WITHDRAW): State.SEARCHING,
    (State.ACCEPTED, Verb.CANCEL): State.CANCELLED,
    (State.SCHEDULED, Verb.SCHEDULE): State.SCHEDULED,
    (State.SCHEDULED, Verb.LAPSE): State.ACCEPTED,  # the hour went by while she was in hospital
    (State.SCHEDULED, Verb.START): State.STARTED,
    (State.SCHEDULED, Verb.WITHDRAW): State.SEARCHING,
    (State.SCHEDULED, Verb.CANCEL): State.CANCELLED,
    (State.STARTED, Verb.FINISH): State.DONE,
    (State.STARTED, Verb.CANCEL): State.CANCELLED,
}

OPEN = frozenset({State.DRAFT, State.SEARCHING, State.UNANSWERED, State.ACCEPTED, State.SCHEDULED, State.STARTED})
TAKEN = frozenset({State.ACCEPTED, State.SCHEDULED, State.STARTED, State.DONE})


def follows(state: State, verb: Verb) -> State | None:
    """The state that `verb` leads to, or None when it cannot be said now."""
    return TRANSITIONS.get((state, verb))


WHILE_SUSPENDED = frozenset({Verb.WITHDRAW, Verb.FINISH, Verb.CANCEL})
"""What can be said of a request that waits until its patient is home: who comes may give it back, or it ends."""

WAITS_FOR_RETURN = OPEN - {State.DRAFT}

BESIDE_A_STAY = frozenset({"ward", "maternity", "rehabilitation", "nursing-home", "dac", "social-work"})
"""Asked of these, the care is not in the town, or is to prepare what comes after."""


def waits_for_return(state: State, profession: str, asked_by: UUID, ward: UUID | None) -> bool:
    """Is it care in the town, hence suspended while the patient is in that ward (none: nobody knows where)? What the
    ward itself prepares for the day when she leaves goes on."""
    return state in WAITS_FOR_RETURN and profession not in BESIDE_A_STAY and asked_by != ward


SEARCHES = frozenset(verb for (state, verb), target in TRANSITIONS.items() if target is State.SEARCHING)
"""Verbs after which somebody is looked for, from the beginning or again."""


MOMENTS = ("morning", "midday", "evening")
LONGEST_PLAN = 90
"""Days. Longer care is prescribed again before then."""


@dataclass(frozen=True, order=True)
class Visit:
    """One passage of a plan: a day, and the moment of it. Written `2026-11-26/morning`."""

    day: date
    moment: str

    def __str__(self) -> str:
        return f"{self.day.isoformat()}/{self.moment}"


EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)
"""The days of a week, Monday first."""


@dataclass(frozen=True)
class Rhythm:
    """How care comes back: `every` so many days from `first` on, or each week (7) on its `weekdays`; on those alone in
    any case, at each of `moments`. It has no end of its own. Days are the territory's local ones, never instants."""

    first: date
    moments: tuple[str, ...]
    every: int = 1
    weekdays: tuple[int, ...] = EVERY_DAY

    def comes_on(self, day: date) -> bool:
        step = 1 if self.every == WEEKLY else self.every
        return day >= self.first and (day - self.first).days % step == 0 and day.weekday() in self.weekdays

    def visits(self, start: date, last: date) -> tuple[Visit, ...]:
        """Those from `start` to `last`, both included."""
        days = (start + timedelta(days=n) for n in range((last - start).days + 1))
        times = [moment for moment in MOMENTS if moment in self.moments]
        return tuple(Visit(day, moment) for day in days if self.comes_on(day) for moment in times)

    def as_written(self) -> dict[str, Any]:
        said = {"first": self.first.isoformat(), "moments": list(self.moments), "every": self.every}
        return {**said, "weekdays": list(self.weekdays)}


WEEKLY = 7
"""`Rhythm.every` of care that comes back on certain days of each week."""


def read_rhythm(written: Mapping[str, Any] | None) -> Rhythm | None:
    """As `Rhythm.as_written` wrote it; none for a plan that ends with its last visit."""
    if written is None:
        return None
    first, moments = date.fromisoformat(written["first"]), tuple(written["moments"])
    return Rhythm(first, moments, written["every"], tuple(written["weekdays"]))


AHEAD = timedelta(days=21)
"""How far a series without an end is written out."""
WRITE_MORE = timedelta(days=14)
"""It is written on when it reaches no farther than that."""


def planned(first: date, last: date, moments: Iterable[str], *, every: int = 1) -> tuple[Visit, ...]:
    """Every visit of a plan: `every` so many days from `first` to `last`, both included, at each of `moments`."""
    times = [moment for moment in MOMENTS if moment in set(moments)]
    days = ((last - first).days // every) + 1
    return tuple(Visit(first + timedelta(days=n * every), moment) for n in range(days) for moment in times)


def read_visits(written: Iterable[str]) -> tuple[Visit, ...]:
    """As `str(Visit)` wrote them. Raises ValueError for anything else."""
    visits = []
    for text in written:
        day, _, moment = text.partition("/")
        if moment not in MOMENTS:
            raise ValueError(text)
        visits.append(Visit(date.fromisoformat(day), moment))
    return tuple(sorted(visits))


@dataclass(frozen=True)
class Condition:
    """A `yes, but` that one tap says: which visits of a plan it takes. `today`: the day on which it is said. `goes_on`:
    what it takes of a series without an end, and what it leaves; none where no rhythm says that."""

    slug: str
    label: str
    takes: Callable[[Visit, date, int], bool]
    goes_on: Callable[[Rhythm], tuple[Rhythm | None, Rhythm | None]] | None = None


def _from_tomorrow(visit: Visit, today: date, _rank: int) -> bool:
    return visit.day > today


def _mornings(visit: Visit, _today: date, _rank: int) -> bool:
    return visit.moment == "morning"


def _weekdays(visit: Visit, _today: date, _rank: int) -> bool:
    return visit.day.weekday() < 5


def _three_in_four(_visit: Visit, _today: date, rank: int) -> bool:
    return rank % 4 != 3


def _five_days(visit: Visit, today: date, _rank: int) -> bool:
    return visit.day < today + timedelta(days=6)


Shared = tuple[Rhythm | None, Rhythm | None]


def _some(rhythm: Rhythm) -> Rhythm | None:
    """None when nothing is left of it."""
    return rhythm if rhythm.moments and rhythm.weekdays else None


def _mornings_for_ever(rhythm: Rhythm) -> Shared:
    mornings, others = (tuple(m for m in rhythm.moments if (m == "morning") is early) for early in (True, False))
    return _some(replace(rhythm, moments=mornings)), _some(replace(rhythm, moments=others))


def _weekdays_for_ever(rhythm: Rhythm) -> Shared:
    week, weekend = (tuple(d for d in rhythm.weekdays if (d < 5) is in_week) for in_week in (True, False))
    return _some(replace(rhythm, weekdays=week)), _some(replace(rhythm, weekdays=weekend))


CONDITIONS = (
    Condition("from-tomorrow", later("À partir de demain"), _from_tomorrow, lambda rhythm: (rhythm, None)),
    Condition("mornings", later("Les matins seulement"), _mornings, _mornings_for_ever),
    Condition("weekdays", later("Sauf le week-end"), _weekdays, _weekdays_for_ever),
    Condition("three-in-four", later("3 passages sur 4"), _three_in_four),
    Condition("five-days", later("Les 5 premiers jours"), _five_days, lambda rhythm: (None, rhythm)),
)


def condition(slug: str) -> Condition | None:
    return next((each for each in CONDITIONS if each.slug == slug), None)


def shared(visits: Sequence[Visit], said: Condition, today: date) -> tuple[tuple[Visit, ...], tuple[Visit, ...]]:
    """What such a yes takes of these visits, and what is left for others."""
    taken = tuple(visit for rank, visit in enumerate(visits) if said.takes(visit, today, rank))
    return taken, tuple(visit for visit in visits if visit not in set(taken))


def possible(visits: Sequence[Visit], today: date, rhythm: Rhythm | None = None) -> list[Condition]:
    """The conditions that mean something for this plan: that take some of it and leave some; of a series without an
    end (`rhythm`), those that say who goes on with what."""
    found = [each for each in CONDITIONS if all(shared(visits, each, today))]
    return [each for each in found if rhythm is None or each.goes_on]


def from_day(visits: Iterable[Visit], day: date) -> tuple[tuple[Visit, ...], tuple[Visit, ...]]:
    """What comes before this day, and from it on."""
    before = [visit for visit in visits if visit.day < day]
    return tuple(before), tuple(visit for visit in visits if visit.day >= day)
