"""What worries about a person, the worst first. Plain values in, plain values out; `now` passed in."""

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.care_requests.rules import State
from app.passages.rules import AnyFact, PassageState, has_failed, rank


class Worry(enum.StrEnum):
    """In the order in which they are read. Where she is comes first, for the rest reads wrong without it; then what
    only a human can mend, what should be happening now, what can still be mended in time; what she said of it; and at
    the end what is wrong on paper."""

    HOSPITAL = "hospital"
    UNANSWERED = "unanswered"  # nobody comes, and nobody is asked any more
    MISSED_TWICE = "missed-twice"  # once is chance
    LATE = "late"  # somebody said yes, and the care has not begun
    SOON = "soon"  # wanted tonight, and nobody has said yes
    URGENT_NOTE = "urgent-note"  # somebody who saw her wrote what cannot wait
    DECLINED = "declined"  # she cannot at the hour that stands
    REFUSED = "refused"  # she sent away who came last
    ABSENT = "absent"
    MISSED = "missed"
    UNNOTED = "unnoted"  # nobody said what became of the last passage
    DELAYED = "delayed"  # who comes next said that she will be late
    TO_MEND = "to-mend"  # she says that something in her record is wrong
    NOBODY_NAMED = "nobody-named"  # nobody is known to care for her, and she has no care under way


SOON = timedelta(hours=12)
"""A night: before it is over somebody can still be called by name."""

FAILURES = {
    PassageState.REFUSED: Worry.REFUSED,
    PassageState.ABSENT: Worry.ABSENT,
    PassageState.OTHER: Worry.MISSED,
    PassageState.PLANNED: Worry.UNNOTED,
}


@dataclass(frozen=True)
class CareFacts:
    """One need of hers, as it stands. `starts_at`: the first hour at which somebody is wanted. `late`: the care should
    have begun. `declined`: what she said of the hour. `delayed`: of the next passage. `suspended`: while she is in
    hospital nobody has to come."""

    state: State
    starts_at: datetime
    late: bool = False
    declined: bool = False
    delayed: bool = False
    suspended: bool = False
    failure: Worry | None = None


def failure_of(passages: Iterable[AnyFact]) -> Worry | None:
    """What the last passages of a plan that were due say: one that failed, or two in a row."""
    due = sorted((each for each in passages if each.state is not PassageState.PLANNED or each.asked_at), key=rank)
    if not due or not has_failed(due[-1]):
        return None
    twice = len(due) > 1 and has_failed(due[-2])
    return Worry.MISSED_TWICE if twice else FAILURES[due[-1].state]


def worry_of(care: CareFacts, now: datetime) -> Worry | None:
    """The worst about one need."""
    if care.suspended:
        return None
    agreed = care.state in (State.ACCEPTED, State.SCHEDULED)
    found = {
        Worry.UNANSWERED: care.state is State.UNANSWERED,
        Worry.LATE: agreed and care.late,
        Worry.SOON: care.state is State.SEARCHING and care.starts_at < now + SOON,
        Worry.DECLINED: agreed and care.declined,
        Worry.DELAYED: care.delayed,
    }
    said = [each for each, so in found.items() if so] + ([care.failure] if care.failure else [])
    return worst_first(said)[0] if said else None


def worst_first(worries: Sequence[Worry]) -> list[Worry]:
    return sorted(worries, key=list(Worry).index)
