"""Who may speak when, whom a line is for, and how far it came. Plain values in, plain values out."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.care_requests.rules import State


class Side(enum.StrEnum):
    """In which part somebody takes part: a line is news for the other sides."""

    ASKS = "asks"  # the organization that asked
    CARES = "cares"  # whoever took it
    CIRCLE = "circle"  # a usual professional whom the pathway tells of it; around a person, whoever cares for her
    FOLLOWS = "follows"  # the coordinator in whose hands it came


class Kind(enum.StrEnum):
    LINE = "line"
    OUTCOME = "outcome"  # what was done, what is advised: it comes back to who asked


TALKED_OF = frozenset({State.ACCEPTED, State.SCHEDULED, State.STARTED})
"""States in which lines are said: from the yes to the end of the care."""

CONCLUDED = frozenset({State.STARTED, State.DONE})
"""States in which an outcome is written: with the end of the care, or once more was known."""

READ_BY_CARERS = TALKED_OF | {State.DONE}
"""States in which others than who asked still read: whoever gave the request back reads it no more."""


@dataclass(frozen=True)
class ReaderFacts:
    """How far one reader came."""

    name: str
    side: Side
    received_at: datetime | None
    seen_at: datetime | None


@dataclass(frozen=True)
class Fate:
    """`sent`, `received` or `seen`, and by whom of the other sides."""

    slug: str
    readers: tuple[str, ...] = ()


def fate(said_at: datetime, side: Side | None, readers: Iterable[ReaderFacts]) -> Fate:
    """How far a line of this side came among the others; around a person there are no sides, and these `readers` are
    all but who said it."""
    others = [each for each in readers if each.side is not side]
    seen = tuple(each.name for each in others if each.seen_at and each.seen_at >= said_at)
    if seen:
        return Fate("seen", seen)
    received = any(each.received_at and each.received_at >= said_at for each in others)
    return Fate("received" if received else "sent")
