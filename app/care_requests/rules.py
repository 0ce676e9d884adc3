"""The one table of what may follow what, and who is shown what. Plain values in, plain values out."""

import enum


class State(enum.StrEnum):
    SEARCHING = "searching"
    ACCEPTED = "accepted"
    SCHEDULED = "scheduled"
    STARTED = "started"
    DONE = "done"
    UNANSWERED = "unanswered"
    CANCELLED = "cancelled"


class Verb(enum.StrEnum):
    ACCEPT = "accept"
    EXHAUST = "exhaust"
    RELAUNCH = "relaunch"
    SCHEDULE = "schedule"
    START = "start"
    FINISH = "finish"
    WITHDRAW = "withdraw"
    CANCEL = "cancel"


TRANSITIONS: dict[tuple[State, Verb], State] = {
    (State.SEARCHING, Verb.ACCEPT): State.ACCEPTED,
    (State.SEARCHING, Verb.EXHAUST): State.UNANSWERED,
    (State.SEARCHING, Verb.CANCEL): State.CANCELLED,
    (State.UNANSWERED, Verb.RELAUNCH): State.SEARCHING,
    (State.UNANSWERED, Verb.CANCEL): State.CANCELLED,
    (State.ACCEPTED, Verb.SCHEDULE): State.SCHEDULED,
    (State.ACCEPTED, Verb.START): State.STARTED,
    (State.ACCEPTED, Verb.WITHDRAW): State.SEARCHING,
    (State.ACCEPTED, Verb.CANCEL): State.CANCELLED,
    (State.SCHEDULED, Verb.SCHEDULE): State.SCHEDULED,
    (State.SCHEDULED, Verb.START): State.STARTED,
    (State.SCHEDULED, Verb.WITHDRAW): State.SEARCHING,
    (State.SCHEDULED, Verb.CANCEL): State.CANCELLED,
    (State.STARTED, Verb.FINISH): State.DONE,
    (State.STARTED, Verb.CANCEL): State.CANCELLED,
}

OPEN = frozenset({State.SEARCHING, State.UNANSWERED, State.ACCEPTED, State.SCHEDULED, State.STARTED})
TAKEN = frozenset({State.ACCEPTED, State.SCHEDULED, State.STARTED, State.DONE})


def follows(state: State, verb: Verb) -> State | None:
    """The state that `verb` leads to, or None when it cannot be said now."""
    return TRANSITIONS.get((state, verb))
