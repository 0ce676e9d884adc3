"""Is everything that is due being done? Read from the rows themselves and from the worker's heartbeat, so that neither
a stuck timer nor a dead worker can hide."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from app.care_requests.models import CareRequest, State
from app.core.db import db
from app.jobs.heartbeats import SILENT_AFTER, Heartbeat
from app.jobs.timers import all_timers
from app.letters.models import LetterState
from app.letters.queries import Trouble, troubles

LATE = timedelta(seconds=60)


@dataclass(frozen=True)
class Pulse:
    """One timer: how late the row that waits longest is, and how long ago the timer last came round (None: never), in
    seconds."""

    timer: str
    delay: float
    silence: float | None

    @property
    def silent(self) -> bool:
        return self.silence is None or self.silence >= SILENT_AFTER.total_seconds()

    @property
    def late(self) -> bool:
        return self.delay >= LATE.total_seconds()

    @property
    def words(self) -> str:
        """What is wrong with it: "searches: 75 s late"."""
        late = f"{self.delay:.0f} s late" if self.late else ""
        silent = ("never ran" if self.silence is None else f"silent for {self.silence:.0f} s") if self.silent else ""
        return f"{self.timer}: {', '.join(filter(None, (late, silent)))}"


@dataclass(frozen=True)
class Health:
    """`well` is false as soon as one timer is late or silent; `lines` say which, without naming anyone."""

    searching: int
    unanswered: int
    pulses: tuple[Pulse, ...]
    troubles: tuple[Trouble, ...]

    @property
    def red(self) -> list[Pulse]:
        return [pulse for pulse in self.pulses if pulse.late or pulse.silent]

    @property
    def well(self) -> bool:
        return not self.red

    def delay(self, timer: str) -> float:
        return next(pulse.delay for pulse in self.pulses if pulse.timer == timer)

    @property
    def lines(self) -> list[str]:
        nobody = all(pulse.silent for pulse in self.pulses)
        return [
            *(["well: every timer runs, and nothing is late"] if self.well else []),
            *(["LATE: no worker runs"] if nobody else []),
            *(f"LATE: {pulse.words}" for pulse in self.red if pulse.late or not nobody),
            *(trouble_in_words(trouble) for trouble in self.troubles),
            f"{self.searching} searching, {self.unanswered} unanswered",
        ]


def trouble_in_words(trouble: Trouble) -> str:
    """`2 letters by email refused for good: recipient 550`, `7 letters by email tried again: connection`."""
    what = {
        LetterState.FAILED: "refused for good",
        LetterState.EXPIRED: "ended before they could leave",
    }.get(trouble.state, "tried again")
    letters = "letter" if trouble.number == 1 else "letters"
    why = trouble.trouble or "never tried"
    return f"{trouble.number} {letters} by {trouble.medium} {what}: {why}"


def report(now: datetime) -> Health:
    """Counts, and the pulse of every timer of `app/schedule.py`, in a handful of statements."""
    open_states = CareRequest.state.in_([State.SEARCHING, State.UNANSWERED])
    counted = db.session.execute(select(CareRequest.state, func.count()).where(open_states).group_by(CareRequest.state))
    states = {state: int(number) for state, number in counted}
    return Health(
        searching=states.get(State.SEARCHING, 0),
        unanswered=states.get(State.UNANSWERED, 0),
        pulses=tuple(_pulses(now)),
        troubles=tuple(troubles(now)),
    )


def _pulses(now: datetime) -> list[Pulse]:
    """All timers are asked in one statement, and their beats in another."""
    timers = all_timers()
    dues = db.session.execute(select(*(each.oldest_due(now).scalar_subquery() for each in timers))).one()
    beats = {row.timer: row.beat_at for row in db.session.execute(select(Heartbeat.timer, Heartbeat.beat_at))}
    return [
        Pulse(timer.name, _ago(due, now) or 0.0, _ago(beats.get(timer.name), now))
        for timer, due in zip(timers, dues, strict=True)
    ]


def _ago(moment: datetime | None, now: datetime) -> float | None:
    return max(0.0, (now - moment).total_seconds()) if moment else None
