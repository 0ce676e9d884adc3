"""What may follow what in a person's life. Plain values in, plain values out."""

import enum
from datetime import date, datetime, timedelta
from uuid import UUID


class StayEnding(enum.StrEnum):
    """How a stay ended."""

    HOME = "home"
    TRANSFERRED = "transferred"
    DIED = "died"


class LifeKind(enum.StrEnum):
    DIED = "died"
    MOVED = "moved"


class Admission(enum.StrEnum):
    """What becomes of the words `she is in hospital here`."""

    BEGINS = "begins"
    ALREADY = "already"  # said before: it was so the first time
    ELSEWHERE = "elsewhere"  # somebody has to decide: she is said to be in another ward
    TRANSFER = "transfer"
    DEAD = "dead"


ESTABLISHMENTS = frozenset({"hospital", "emergency", "ward", "maternity", "rehabilitation"})
"""Kinds of organizations where one is in hospital."""

WORTH_TELLING = timedelta(hours=48)
"""How long a phone that is off may still be told."""

UNDO_WITHIN = timedelta(hours=48)
"""How long a death that was said by mistake can be taken back by who may open the person."""

AFTERWARDS = timedelta(days=30)
"""How long a ward still opens a person who died there: papers, belongings, whoever has to be told by it."""

LONGEST = timedelta(days=365)
"""A day of leaving further away than that is a slip of the thumb."""


def admission(
    running: tuple[UUID, UUID | None] | None, here: UUID | None, over: UUID | None, *, dead: bool
) -> Admission:
    """`running`: the stay that lasts, with its ward (none: nobody knows where); `here`: the ward that is said now;
    `over`: the stay of which somebody said, having read where it is, that this one follows it."""
    if dead:
        return Admission.DEAD
    if running is None:
        return Admission.BEGINS
    stay, where = running
    if where == here:
        return Admission.ALREADY
    # A place takes the place of `nobody knows where` without asking.
    return Admission.TRANSFER if over == stay or where is None else Admission.ELSEWHERE


def is_possible_exit(on: date, today: date) -> bool:
    return today <= on <= today + LONGEST


def is_possible_death(on: date, today: date) -> bool:
    return today - LONGEST <= on <= today


def may_undo(said_at: datetime, now: datetime) -> bool:
    return now < said_at + UNDO_WITHIN
