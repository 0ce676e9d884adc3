"""Is everything that is due being done? Read from the rows themselves, so that a stuck worker cannot hide."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from app.care_requests.models import CareRequest, State
from app.core.db import db
from app.push.models import Message, MessageState

LATE = timedelta(seconds=60)


@dataclass(frozen=True)
class Health:
    """`well` is false as soon as one thing waits longer than `LATE`; `lines` say what, without naming anyone."""

    well: bool
    searching: int
    unanswered: int
    search_delay: float
    push_delay: float

    @property
    def lines(self) -> list[str]:
        return [
            f"{'well' if self.well else 'LATE'}: the worker is {max(self.search_delay, self.push_delay):.0f} s late",
            f"{self.searching} searching, {self.unanswered} unanswered",
        ]


def report(now: datetime) -> Health:
    """Counts, and how late the most overdue search and message are, in seconds."""
    open_states = CareRequest.state.in_([State.SEARCHING, State.UNANSWERED])
    counted = db.session.execute(select(CareRequest.state, func.count()).where(open_states).group_by(CareRequest.state))
    states = {state: int(number) for state, number in counted}
    oldest_search = db.session.scalar(
        select(func.min(CareRequest.next_move_at)).where(CareRequest.state == State.SEARCHING)
    )
    oldest_message = db.session.scalar(select(func.min(Message.due_at)).where(Message.state == MessageState.PENDING))
    delays = [_delay(oldest_search, now), _delay(oldest_message, now)]
    return Health(
        well=max(delays) < LATE.total_seconds(),
        searching=states.get(State.SEARCHING, 0),
        unanswered=states.get(State.UNANSWERED, 0),
        search_delay=delays[0],
        push_delay=delays[1],
    )


def _delay(due: datetime | None, now: datetime) -> float:
    return max(0.0, (now - due).total_seconds()) if due else 0.0
