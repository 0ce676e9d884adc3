"""What the search does next. Pure: the worker, a simulator and a replay of past requests run the same lines."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from math import inf
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from app.clock import PARIS
from app.language import phrases as language


class StagePolicy(Protocol):
    """One step of a pathway's search (`app.pathways.schema.Stage`)."""

    @property
    def kind(self) -> str: ...
    @property
    def offers(self) -> int: ...
    @property
    def km(self) -> int: ...
    @property
    def patience(self) -> timedelta: ...
    @property
    def offer_patience(self) -> timedelta: ...


class SearchPolicy(Protocol):
    """The part of a pathway that the search obeys (`app.pathways.schema.Search`)."""

    @property
    def stages(self) -> Sequence[StagePolicy]: ...
    @property
    def hours(self) -> tuple[int, int] | None: ...
    @property
    def choice(self) -> str: ...
    @property
    def proposals(self) -> int: ...


class Candidate(Struct, frozen=True):
    """Somebody who could be asked, and what speaks for and against it; `km` as the crow flies from the patient.

    `fits`: what she has of what is wanted, of `wants`. `today`: visits taken today; `lately`: times asked these seven
    days; `answers`, `asked_at_this_hour`: how often she answered, of how often she was asked at this time of day.
    """

    role_id: UUID
    recipient_id: UUID
    km: float
    usual: bool = False
    fits: tuple[str, ...] = ()
    wants: int = 0
    today: int = 0
    lately: int = 0
    answers: int = 0
    asked_at_this_hour: int = 0


@dataclass(frozen=True)
class SearchState:
    """Where the search stands. `asked` are those who need not be asked again; `live_until` holds when each live offer
    ends; `proposals` counts the yeses among which the requester picks; `empty`: nobody of this stage was ever asked."""

    stage: int
    stage_ends_at: datetime
    deadline: datetime
    asked: frozenset[UUID]
    live_until: tuple[datetime, ...]
    proposals: int = 0
    urgent: bool = False
    empty: bool = False


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


def first_stage(policy: SearchPolicy, *, urgent: bool, now: datetime) -> Widen:
    return _stage(policy, 0, now, urgent)


def next_move(policy: SearchPolicy, state: SearchState, candidates: Sequence[Candidate], now: datetime) -> Move:
    """The one decision of the search. `candidates` are those of the current stage, best first.

    Keeps the stage's number of people asked: whoever refuses or stays silent is replaced at once by the next best,
    instead of waiting for a whole wave (MISSION 2: alert few and replace refusals, rather than alert all).
    """
    if now >= state.deadline:
        return GiveUp()
    stage, busy = policy.stages[state.stage], len(state.live_until) + state.proposals
    enough = policy.choice == "requester" and state.proposals >= policy.proposals
    room = 0 if enough else stage.offers - busy
    fresh = [c for c in candidates if c.recipient_id not in state.asked][: max(0, room)]
    if fresh:
        until = min(later(policy, now, stage.offer_patience, state.urgent), state.deadline)
        over = now >= state.stage_ends_at and not _asks_more_beyond(policy, state, busy + len(fresh))
        ends = (until, *state.live_until)
        return Ask(tuple(fresh), until, min(ends if over else (*ends, state.stage_ends_at)))
    nobody_live = not state.live_until
    if not enough and state.stage + 1 < len(policy.stages):
        patience_over = state.empty or now >= state.stage_ends_at
        if nobody_live or (patience_over and _asks_more_beyond(policy, state, busy)):
            return _stage(policy, state.stage + 1, now, state.urgent)
    if nobody_live and not state.proposals:
        return GiveUp()
    ends = (*state.live_until, state.deadline)
    return Wait(min(ends if now >= state.stage_ends_at else (*ends, state.stage_ends_at)))


def widens_by_itself(policy: SearchPolicy, state: SearchState, now: datetime) -> bool:
    """Whether the end of this stage's patience alone leads to the next one: whatever else is known by now stays so."""
    if not now < state.stage_ends_at <= min(state.live_until, default=state.deadline):
        return False  # An answer that runs out before may bring somebody else, who is then asked here.
    return isinstance(next_move(policy, state, (), state.stage_ends_at), Widen)


def _asks_more_beyond(policy: SearchPolicy, state: SearchState, busy: int) -> bool:
    """Whether the next stage asks more people at once: nobody is disturbed farther out while enough are asked here."""
    return any(stage.offers > busy for stage in policy.stages[state.stage + 1 : state.stage + 2])


def _stage(policy: SearchPolicy, stage: int, now: datetime, urgent: bool) -> Widen:
    return Widen(stage, later(policy, now, policy.stages[stage].patience, urgent))


def later(policy: SearchPolicy, now: datetime, patience: timedelta, urgent: bool) -> datetime:
    """`patience` after now, as the pathway counts it: what is not urgent waits only while people are awake."""
    return now + patience if urgent or policy.hours is None else after_hours(now, patience, policy.hours, PARIS)


def after_hours(now: datetime, patience: timedelta, hours: tuple[int, int], zone: ZoneInfo) -> datetime:
    """The instant at which `patience` has passed within these local hours of each day, whatever the clocks do."""
    left, day = patience, now.astimezone(zone).date()
    while True:
        opens = datetime.combine(day, time(hours[0]), zone).astimezone(now.tzinfo)
        closes = datetime.combine(day, time(hours[1]), zone).astimezone(now.tzinfo)
        begins = max(opens, now)
        if begins < closes:
            if begins + left <= closes:
                return begins + left
            left -= closes - begins
        day += timedelta(days=1)


RELAUNCHED_FOR = timedelta(hours=24)
"""How long a search may go on when somebody begins it again."""

FIT_IS_WORTH, VISIT_COSTS, ALERT_COSTS, SILENCE_COSTS = 8.0, 0.5, 0.1, 2.0
"""In kilometres: what is asked for and had; a visit already taken today; each alert of these seven days; and never
answering at this time of day. Judgements, not measures: `relais replay` shows what others would do."""

HABIT = 3
"""Alerts at this time of day before somebody's habits count."""


def ranked(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The best to ask first: near, able, not laden, not always the same, and awake at this hour."""
    return sorted(candidates, key=lambda candidate: (cost(candidate), candidate.role_id))


def cost(candidate: Candidate) -> float:
    """How far away she is, in kilometres, all told."""
    silence = 0.0
    if candidate.asked_at_this_hour >= HABIT:
        silence = SILENCE_COSTS * (1 - candidate.answers / candidate.asked_at_this_hour)
    missing = candidate.wants - len(candidate.fits)
    laden = VISIT_COSTS * candidate.today + ALERT_COSTS * candidate.lately
    return candidate.km + FIT_IS_WORTH * missing + laden + silence


def rank_line(candidate: Candidate) -> list[str]:
    """Why this person was asked, in words that a coordinator can read, to be kept."""
    if candidate.usual:
        return [language.later("professionnel habituel du patient")]
    said = [how_far(candidate.km), *candidate.fits]
    if candidate.today:
        said.append(language.later("déjà prises aujourd'hui : %(n)s", n=candidate.today))
    often = language.later("alertes en 7 jours : %(n)s", n=candidate.lately)
    said.append(often if candidate.lately else language.later("aucune alerte depuis 7 jours"))
    if candidate.asked_at_this_hour >= HABIT:
        answers, asked = candidate.answers, candidate.asked_at_this_hour
        said.append(language.later("répond %(n)s fois sur %(of)s à cette heure", n=answers, of=asked))
    return said


def how_far(km: float) -> str:
    """As `language.words.distance`, to be kept."""
    if km == inf:
        return language.later("distance inconnue")
    hundreds = max(1, round(km * 10))
    if hundreds < 10:
        return language.later("à %(m)s m", m=hundreds * 100)
    return language.later("à %(km)s km", km=round(km, 1) if km < 10 else round(km))
