"""What the search does next. Pure: the worker, a simulator and a replay of past requests run the same lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID


class Policy(Protocol):
    """The part of a pathway that the search obeys (`app.pathways.schema.Search`)."""

    @property
    def live_offers(self) -> int: ...
    @property
    def radii_km(self) -> Sequence[int]: ...
    @property
    def usual_patience(self) -> timedelta: ...
    @property
    def offer_patience(self) -> timedelta: ...
    @property
    def stage_patience(self) -> timedelta: ...


USUAL = 0
"""The stage that asks the patient's usual professional alone; stage n asks within the n-th radius."""


LONGEST_WAY = timedelta(hours=24)
"""How long a tap may have waited for a signal. What is said to be older is counted as this old."""


@dataclass(frozen=True)
class Tap:
    """One touch of an answer. `at`: when the finger touched, which may be before it arrives; `key`: the same for
    every copy of this touch, empty when its sender gives none."""

    at: datetime
    key: str = ""

    def is_copy_of(self, key: str | None) -> bool:
        """Whether it is the touch that was already counted under `key`, sent again."""
        return bool(self.key) and self.key == key

    def is_later_than(self, answered_at: datetime | None) -> bool:
        """Whether it says the last word of this person. Her later tap wins, whichever arrives first.

        It orders the taps of one person. Between two people the first to arrive wins: no phone's clock is asked.
        """
        return answered_at is None or self.at > answered_at


def touched(key: str, age: timedelta, now: datetime) -> Tap:
    """The tap that a phone says it kept for `age`: phones' clocks are wrong, what they say of a wait is not."""
    return Tap(now - min(max(age, timedelta(0)), LONGEST_WAY), key)


@dataclass(frozen=True)
class Candidate:
    """Somebody who could be asked; `km` as the crow flies from the patient's commune."""

    role_id: UUID
    practitioner_id: UUID
    km: float
    usual: bool = False


@dataclass(frozen=True)
class Standing:
    """Where the search stands. `asked` are the practitioners who need not be asked again; `live_until` holds when
    each live offer ends."""

    stage: int
    stage_ends_at: datetime
    deadline: datetime
    asked: frozenset[UUID]
    live_until: tuple[datetime, ...]


@dataclass(frozen=True)
class Ask:
    """Offer it to these people until then, and look again at `come_back_at`."""

    candidates: tuple[Candidate, ...]
    until: datetime
    come_back_at: datetime


@dataclass(frozen=True)
class Wait:
    """Enough people are asked; look again then, or as soon as one of them answers."""

    come_back_at: datetime


@dataclass(frozen=True)
class Widen:
    """Nobody is left here, or they were given long enough: go on to this stage until then."""

    stage: int
    ends_at: datetime


@dataclass(frozen=True)
class GiveUp:
    """A human must take over."""


Move = Ask | Wait | Widen | GiveUp


def first_stage(policy: Policy, *, has_usual: bool, now: datetime) -> Widen:
    """The usual professional alone when there is one to ask, else the nearest ring at once."""
    return _stage(policy, USUAL if has_usual else 1, now)


def next_move(policy: Policy, standing: Standing, candidates: Sequence[Candidate], now: datetime) -> Move:
    """The one decision of the search. `candidates` are those of the current stage, best first.

    Keeps `live_offers` people asked: whoever refuses or stays silent is replaced at once by the next best, instead of
    waiting for a whole wave (MISSION 2: alert few and replace refusals, rather than alert all).
    """
    if now >= standing.deadline:
        return GiveUp()
    room = (1 if standing.stage == USUAL else policy.live_offers) - len(standing.live_until)
    fresh = [c for c in candidates if c.practitioner_id not in standing.asked][: max(0, room)]
    if fresh:
        until = min(now + _patience(policy, standing.stage), standing.deadline)
        return Ask(tuple(fresh), until, min(until, standing.stage_ends_at, *standing.live_until))
    has_next = standing.stage < len(policy.radii_km)
    nobody_live = not standing.live_until
    # Beyond the usual professional there is always room; farther out only when someone is missing.
    patience_over = now >= standing.stage_ends_at and (room > 0 or standing.stage == USUAL)
    if has_next and (nobody_live or patience_over):
        return _stage(policy, standing.stage + 1, now)
    if nobody_live:
        return GiveUp()
    ends = (*standing.live_until, standing.deadline)
    return Wait(min(ends if now >= standing.stage_ends_at else (*ends, standing.stage_ends_at)))


def _stage(policy: Policy, stage: int, now: datetime) -> Widen:
    return Widen(stage, now + (policy.usual_patience if stage == USUAL else policy.stage_patience))


def _patience(policy: Policy, stage: int) -> timedelta:
    # The usual professional keeps the offer while others are asked beside her: the patient knows her.
    return policy.usual_patience + policy.offer_patience if stage == USUAL else policy.offer_patience


def rank_line(candidate: Candidate, distance: str) -> str:
    """Why this person was asked, in words that a coordinator can read."""
    return "professionnel habituel du patient" if candidate.usual else f"parmi les plus proches, à {distance}"
