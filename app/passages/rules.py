"""What becomes of a passage. Plain values in, plain values out; days are the territory's own."""

import enum
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol, TypeVar

from app import clock
from app.care_requests.rules import LONGEST_PLAN, MOMENTS, WEEKLY, Rhythm, Visit


class PassageState(enum.StrEnum):
    PLANNED = "planned"
    DONE = "done"
    ABSENT = "absent"
    REFUSED = "refused"
    HOSPITALISED = "hospitalised"
    OTHER = "other"


SAYABLE = frozenset(PassageState) - {PassageState.PLANNED}
FAILED = frozenset({PassageState.ABSENT, PassageState.REFUSED, PassageState.OTHER})
"""Somebody came, or did not, and there was no care: twice in a row is more than chance."""

GRACE = timedelta(hours=8)
"""After the end of its day, how long a passage may stay unsaid: nobody is woken for a tick."""


class Fact(Protocol):
    """What the rules read of a passage."""

    @property
    def day(self) -> date: ...
    @property
    def moment(self) -> str: ...
    @property
    def state(self) -> PassageState: ...
    @property
    def asked_at(self) -> datetime | None: ...
    @property
    def held(self) -> bool: ...


AnyFact = TypeVar("AnyFact", bound=Fact)


def rank(passage: Fact) -> tuple[date, int]:
    """In the order of the days and their moments."""
    return passage.day, MOMENTS.index(passage.moment)


def moment_of(at: datetime) -> str:
    """Of the day, in Paris."""
    local = clock.paris(at).hour
    return "morning" if local < 12 else "midday" if local < 16 else "evening"


def say_by(day: date, midnight: Callable[[date], datetime]) -> datetime:
    """Until when a passage of this day should be said. `midnight`: the instant at which a day begins there, so that a
    day of 23 or 25 hours is one day."""
    return midnight(day + timedelta(days=1)) + GRACE


def has_failed(passage: Fact) -> bool:
    """There was no care, or nobody said so in time."""
    return passage.state in FAILED or (passage.state is PassageState.PLANNED and passage.asked_at is not None)


def failed_beside(plan: Sequence[AnyFact], failed: AnyFact) -> list[AnyFact]:
    """Which of both neighbours of one that failed failed too, whoever's they are: then care failed twice in a row."""
    going = sorted((each for each in plan if not each.held or each is failed), key=rank)
    here = next(n for n, each in enumerate(going) if each is failed)
    return [each for each in (*going[max(here - 1, 0) : here], *going[here + 1 : here + 2]) if has_failed(each)]


def is_early(day: date, said_on: date) -> bool:
    """It is said before its day: perhaps a slip of the finger, so it is asked."""
    return day > said_on


@dataclass(frozen=True)
class Changes:
    """What must be done so that the rows are the plan again."""

    drop: Sequence[Visit]
    add: Sequence[Visit]


def changes(planned: Iterable[Visit], kept: Mapping[Visit, bool], today: date) -> Changes:
    """`planned`: what its person owes from now on, nothing when nobody has it. `kept`: the visits that have a row, and
    whether something was said of it, which nothing takes away. Days gone by are not planned any more."""
    wanted = set(planned)
    drop = sorted(visit for visit, said in kept.items() if not said and visit not in wanted)
    return Changes(drop, sorted(visit for visit in wanted if visit not in kept and visit.day >= today))


@dataclass(frozen=True)
class Progress:
    """How far a plan came. `total`: none of one without an end; `next`: none when nobody is to come; `held`: nobody
    comes, for she is in hospital; `late`: who comes next said that she will be late."""

    done: int
    failed: int
    total: int | None
    next: Visit | None
    held: bool
    late: bool


class LateFact(Fact, Protocol):
    @property
    def late_at(self) -> datetime | None: ...


def progress_of(passages: Collection[LateFact], total: int | None, today: date) -> Progress:
    """A passage of yesterday that nobody has spoken of yet is not the next one."""
    waiting = sorted((each for each in passages if each.state is PassageState.PLANNED and not each.asked_at), key=rank)
    going = [each for each in waiting if not each.held]
    first = next((each for each in going if each.day >= today), None)
    last_said = max((rank(each) for each in passages if each.state is not PassageState.PLANNED), default=None)
    return Progress(
        done=sum(each.state is PassageState.DONE for each in passages),
        failed=sum(map(has_failed, passages)),
        total=total,
        next=Visit(first.day, first.moment) if first else None,
        held=not going and any(last_said is None or rank(each) > last_said for each in waiting),
        late=first is not None and first.late_at is not None,
    )


@dataclass(frozen=True)
class Course:
    """How a plan, or a part of one, goes: its visits, and its rhythm where it has no end."""

    visits: Sequence[Visit]
    rhythm: Rhythm | None = None


def until(plan: Course, said: Collection[Visit], day: date) -> tuple[Visit, ...]:
    """What is left of it when it ends before `day`: what comes before, of a series without an end as far as that is not
    written out yet, and whatever was said."""
    more: tuple[Visit, ...] = ()
    if plan.rhythm:
        written = max((visit.day for visit in plan.visits), default=plan.rhythm.first - timedelta(days=1))
        more = plan.rhythm.visits(written + timedelta(days=1), day - timedelta(days=1))
    return tuple(visit for visit in sorted({*plan.visits, *more}) if visit.day < day or visit in said)


def both_have(plan: Course, other: Course, day: date) -> bool:
    """Is there a visit from `day` on that would be of both? Two series are looked at for as long as any plan lasts, in
    which every rhythm meets every other."""
    last = day + timedelta(days=LONGEST_PLAN)
    mine, theirs = (
        {visit for visit in (*each.visits, *(each.rhythm.visits(day, last) if each.rhythm else ())) if visit.day >= day}
        for each in (plan, other)
    )
    return not mine.isdisjoint(theirs)


def _place(visit: Visit) -> tuple[date, int]:
    return visit.day, MOMENTS.index(visit.moment)


def rhythm_of(visits: Sequence[Visit]) -> Rhythm | None:
    """How these come back, where one rhythm says it; none for those that follow no rule."""
    days = sorted({visit.day for visit in visits})
    if not days:
        return None
    moments = tuple(moment for moment in MOMENTS if any(visit.moment == moment for visit in visits))
    used = tuple(sorted({day.weekday() for day in days}))
    steps = [Rhythm(days[0], moments, every) for every in (1, 2, 3)]
    steps += [Rhythm(days[0], moments, every, used) for every in (1, WEEKLY)]
    return next((each for each in steps if each.visits(days[0], days[-1]) == tuple(sorted(visits, key=_place))), None)
