"""What a way of asking would cost and bring: many searches played by the very rules of production, without a database.

A search here is a heap of answers to come: each person alerted sees it or not, says yes, says no, or says nothing.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from math import cos, log, radians
from random import Random
from statistics import quantiles
from uuid import UUID

from msgspec.structs import replace

from app.directory.geo import distance_km
from app.dispatch.rules import Ask, Candidate, GiveUp, Policy, Standing, Widen, first_stage, next_move
from app.pathways.schema import Search

START = datetime(2026, 1, 1, 9, tzinfo=UTC)
SPOTS = 200
"""Places where patients live: for each, everybody is ranked once."""

MOODS = 100_003
"""Answers drawn before the searches begin."""

Place = tuple[float, float]

Answer = tuple[bool, timedelta] | None
"""Yes or no, and how long after the alert; None: never."""


@dataclass(frozen=True)
class Behaviour:
    """How people answer. Shares of the alerts; minutes are medians of log-normal delays, `spread` their sigma.

    Seen 75.6 %, accepted 37.7 %: a survey of volunteers alerted by telephone in two countries (Monash University).
    The share of explicit refusals among those who see and do not accept, and all delays, are assumptions: no source
    gives them for home care.
    """

    seen: float = 0.756
    accepted: float = 0.377
    refused_when_not_accepted: float = 0.5
    minutes_to_see: float = 4.0
    minutes_to_decide: float = 2.0
    spread: float = 1.2

    def answer(self, random: Random) -> Answer:
        if random.random() >= self.seen:
            return None
        yes = random.random() < self.accepted / self.seen
        if not yes and random.random() >= self.refused_when_not_accepted:
            return None
        delays = (self.minutes_to_see, self.minutes_to_decide)
        return yes, timedelta(minutes=sum(random.lognormvariate(log(median), self.spread) for median in delays))


@dataclass
class Outcome:
    """What became of the searches: minutes to each yes, alerts in all, alerts by person, and who has the care."""

    requests: int = 0
    alerts: int = 0
    minutes: list[float] = field(default_factory=list)
    alerted: Counter[UUID] = field(default_factory=Counter)

    @property
    def unanswered(self) -> float:
        return 1 - len(self.minutes) / self.requests

    @property
    def alerts_per_success(self) -> float:
        return self.alerts / max(1, len(self.minutes))

    @property
    def median(self) -> float:
        return self._tenth(5)

    @property
    def ninth_tenth(self) -> float:
        return self._tenth(9)

    def _tenth(self, n: int) -> float:
        return quantiles(self.minutes, n=10)[n - 1] if len(self.minutes) > 1 else float("inf")

    def load(self, people: int) -> tuple[float, float]:
        """Alerts per hundred requests, for one person on average and for the tenth who gets most."""
        counts = sorted([*self.alerted.values(), *[0] * (people - len(self.alerted))])
        return sum(counts) / people * 100 / self.requests, counts[int(people * 0.9)] * 100 / self.requests


class Territory:
    """Where professionals work and, near them, where patients live. The same every time."""

    def __init__(self, professionals: Sequence[Place]) -> None:
        self.people = len(professionals)
        random = Random(1)  # noqa: S311 -- nothing secret: a simulation that can be run again
        self.spots = [
            self._ranked(professionals, around(random, random.choice(professionals), 3)) for _ in range(SPOTS)
        ]

    def _ranked(self, professionals: Sequence[Place], patient: Place) -> list[Candidate]:
        everybody = (
            Candidate(UUID(int=n), UUID(int=n), distance_km(*patient, *place)) for n, place in enumerate(professionals)
        )
        return sorted(everybody, key=lambda candidate: candidate.km)


def scattered(centres: Sequence[Place], number: int = 300) -> list[Place]:
    """So many professionals about these centres; three hundred are a fifth of the nurses of a département."""
    random = Random(3)  # noqa: S311
    return [around(random, random.choice(centres), 1) for _ in range(number)]


def around(random: Random, place: Place, km: float) -> Place:
    """A place about so many kilometres from there."""
    north, east = random.gauss(0, km), random.gauss(0, km)
    return place[0] + north / 111.2, place[1] + east / (111.2 * cos(radians(place[0])))


def simulate(
    plan: Policy, territory: Territory, behaviour: Behaviour, requests: int, patience: timedelta = timedelta(hours=12)
) -> Outcome:
    """Play `requests` searches, each given up after `patience`.

    Whatever the plan, the same person answers the same request alike: two plans differ by what they do, not by luck.
    """
    random, outcome = Random(2), Outcome()  # noqa: S311
    answers = [behaviour.answer(random) for _ in range(MOODS)]
    for n in range(requests):
        search = _Search(plan, territory.spots[n % SPOTS], answers, n, START + patience)
        answered = search.play()
        outcome.requests += 1
        outcome.alerts += len(search.asked)
        outcome.alerted.update(search.asked)
        if answered:
            outcome.minutes.append((answered - START) / timedelta(minutes=1))
    return outcome


@dataclass
class _Search:
    plan: Policy
    ranked: list[Candidate]
    moods: Sequence[Answer]
    number: int
    deadline: datetime
    asked: set[UUID] = field(default_factory=set)
    live: dict[UUID, datetime] = field(default_factory=dict)
    answers: list[tuple[datetime, UUID, bool]] = field(default_factory=list)

    def play(self) -> datetime | None:
        """The moment of the first yes, if there is one."""
        now, stage = START, first_stage(self.plan, urgent=True, now=START)
        while True:
            standing = Standing(
                stage.stage,
                stage.ends_at,
                self.deadline,
                frozenset(self.asked),
                tuple(self.live.values()),
                urgent=True,  # Every search begins in the morning: the hours of the day are not what is compared.
            )
            match next_move(self.plan, standing, list(self._candidates(stage.stage)), now):
                case GiveUp():
                    return None
                case Widen() as stage:
                    continue
                case Ask(candidates, until, come_back_at):
                    for candidate in candidates:
                        self._alert(candidate.recipient_id, now, until)
                case move:
                    come_back_at = move.come_back_at
            now, won = self._until(come_back_at)
            if won:
                return now

    def _candidates(self, stage: int) -> Iterator[Candidate]:
        """As many of the stage as could be asked now: the nearest are asked first, so that they are at the start."""
        for candidate in self.ranked[: len(self.asked) + self.plan.stages[stage].offers]:
            if candidate.km <= self.plan.stages[stage].km:
                yield candidate

    def _alert(self, who: UUID, now: datetime, until: datetime) -> None:
        self.asked.add(who)
        self.live[who] = until
        answer = self.moods[hash((self.number, who.int)) % MOODS]
        if answer and now + answer[1] < until:
            heappush(self.answers, (now + answer[1], who, answer[0]))

    def _until(self, come_back_at: datetime) -> tuple[datetime, bool]:
        """Go on to the next answer, or to then; with whether it is a yes."""
        now, yes = come_back_at, False
        if self.answers and self.answers[0][0] <= come_back_at:
            now, who, yes = heappop(self.answers)
            del self.live[who]
        self.live = {who: until for who, until in self.live.items() if until > now}
        return now, yes


SIZES, MINUTES = (1, 2, 3, 5, 7, 10, 15, 30), (5, 10, 15, 30, 60)
EVERYBODY = 100_000


def among_strangers(search: Search) -> Search:
    """The part of a search that asks whoever is near: what is simulated are patients without a usual professional."""
    return replace(search, stages=tuple(stage for stage in search.stages if stage.kind == "near"))


def of_size(search: Search, offers: int, offer_minutes: int | None = None) -> Search:
    """The same search with so many asked at once, and such a patience for each of them."""
    stages = (
        replace(stage, offers=offers, offer_minutes=offer_minutes or stage.offer_minutes) for stage in search.stages
    )
    return replace(search, stages=tuple(stages))
