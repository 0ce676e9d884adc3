"""What is to happen in a tale, how it is told, and who acts in it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Literal

import msgspec
from sqlalchemy import select

from app.accounts.models import Account
from app.core.db import db
from app.demo.people import email_of
from app.passages.rules import PassageState

ANYONE, NOBODY = "anyone", "nobody"
VISITORS = frozenset({"orientation-nurse", "nurse", "doctor"})
"""Whoever tries the demonstration is these people: they do nothing by themselves unless a tale names them."""


class Plot(msgspec.Struct, frozen=True, kw_only=True):
    """What is to happen; minutes are people's time. `by` and `taker` are keys of `people.toml`."""

    by: str
    pathway: str
    reason: str
    window: str
    note: str = ""
    taker: str = ANYONE
    takes_after: float = 8  # counted from the moment that person was asked
    refusing: float = 0.1  # the share of the others who say no
    looking: float = 0.75  # the share of the others who look at it
    cancelled_after: float | None = None
    cancelled_why: str = ""
    proposes: bool = True  # a time
    proposes_after: float = 4
    answers: dict[str, str] = {}  # to the pathway's questions
    chosen: str | None = None  # the establishment, by its key
    decider: str | None = None  # the senior doctor who has not decided yet
    days: int = 0  # the care comes back so many days, every morning
    review: int = 0  # or without an end, and is looked at again in so many days
    passages: tuple[PassageState, ...] = ()  # what became of the first ones, a day each
    line: str = ""  # left to the circle on the last of them
    slot: int = 0  # which of the times that are offered in one tap
    confirms_after: float = 20
    declines: bool = False
    finishes: bool = True
    talk: tuple[tuple[Literal["asks", "cares"], str], ...] = ()  # what is said after yes, by which side
    done: str = ""  # what comes back at the end, and what is advised
    advice: str = ""


@dataclass
class Teller:
    """How tales are told: how fast people are, by which dice, and who hears of it."""

    dice: Random
    speed: float = 1.0
    heard: Callable[[str], None] = field(default=lambda line: None)

    def minutes(self, number: float) -> timedelta:
        return timedelta(minutes=number / self.speed)


def account(key: str) -> Account:
    """The demonstration account of this key."""
    return db.session.scalars(select(Account).where(Account.email == email_of(key))).one()
