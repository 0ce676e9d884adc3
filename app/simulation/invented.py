"""What a way of asking would cost and bring: many searches played by the very rules of production, without a database.

A search here is a heap of answers to come: each person alerted sees it or not, says yes, says no, or says nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import cos, inf, log, radians
from random import Random
from uuid import UUID

from msgspec.structs import replace

from app.dispatch.rules import Candidate, SearchPolicy
from app.organizations.geo import distance_km
from app.pathways.schema import Search
from app.simulation.outcome import RunOutcome
from app.simulation.play import Play, SimulatedAnswer

START = datetime(2026, 1, 1, 9, tzinfo=UTC)
SPOTS = 200
"""Places where patients live: for each, everybody is ranked once."""

MOODS = 100_003
"""Answers drawn before the searches begin."""

OTHERS = 1_000_000
"""Where the numbers of other professions begin: as many people as asked first, in the same places."""

COLLEAGUES = 3
"""In the practice of the usual professional, herself included; an assumption."""

Place = tuple[float, float]


def dice(seed: int) -> Random:
    """Nothing secret: a simulation that can be run again."""
    return Random(seed)  # noqa: S311


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

    def answer(self, random: Random) -> SimulatedAnswer:
        if random.random() >= self.seen:
            return None
        yes = random.random() < self.accepted / self.seen
        if not yes and random.random() >= self.refused_when_not_accepted:
            return None
        delays = (self.minutes_to_see, self.minutes_to_decide)
        return yes, timedelta(minutes=sum(random.lognormvariate(log(median), self.spread) for median in delays))


class Territory:
    """Where professionals work and, near them, where patients live. The same every time."""

    def __init__(self, professionals: Sequence[Place]) -> None:
        self.people = len(professionals)
        random = dice(1)
        self.spots = [
            self._ranked(professionals, around(random, random.choice(professionals), 3)) for _ in range(SPOTS)
        ]

    def _ranked(self, professionals: Sequence[Place], patient: Place) -> list[Candidate]:
        everybody = (
            Candidate(UUID(int=n), UUID(int=n), distance_km(*patient, *place)) for n, place in enumerate(professionals)
        )
        return sorted(everybody, key=lambda candidate: candidate.km)

    def stages(self, plan: SearchPolicy, spot: int, *, usual: bool) -> list[list[Candidate]]:
        """Who could be asked at each stage of a search for somebody who lives there, the nearest first.

        The usual professional is the nearest, her practice the next ones; the establishment chosen is the nearest too.
        """
        ranked = self.spots[spot]
        named = {"circle": ranked[:1] if usual else [], "practice": ranked[1:COLLEAGUES] if usual else []}
        named["chosen"] = ranked[:1]
        asked = {"near": ranked}
        if any(stage.kind == "other" for stage in plan.stages):
            asked["other"] = [_other(candidate) for candidate in ranked]
        return [
            named[stage.kind] if stage.kind in named else [c for c in asked[stage.kind] if c.km <= stage.km]
            for stage in plan.stages
        ]


def _other(candidate: Candidate) -> Candidate:
    who = UUID(int=candidate.role_id.int + OTHERS)
    return Candidate(who, who, candidate.km)


def scattered(centres: Sequence[Place], number: int = 300) -> list[Place]:
    """So many professionals about these centres; three hundred are a fifth of the nurses of a département."""
    random = dice(3)
    return [around(random, random.choice(centres), 1) for _ in range(number)]


def around(random: Random, place: Place, km: float) -> Place:
    """A place about so many kilometres from there."""
    north, east = random.gauss(0, km), random.gauss(0, km)
    return place[0] + north / 111.2, place[1] + east / (111.2 * cos(radians(place[0])))


def simulate(
    plan: SearchPolicy,
    territory: Territory,
    behaviour: Behaviour,
    requests: int,
    patience: timedelta = timedelta(hours=12),
    usual: float = 0.0,
) -> RunOutcome:
    """Play `requests` searches, each given up after `patience`, or once its last stage is over if that is later.

    Whatever the plan, the same person answers the same request alike: two plans differ by what they do, not by luck.
    `usual`: the share of patients who have a usual professional. Every search begins in the morning: the hours of the
    day are not what is compared.
    """
    random, ends = dice(2), START + max(patience, *(stage.offer_patience for stage in plan.stages))
    outcome = RunOutcome((ends - START) / timedelta(minutes=1))
    answers = [behaviour.answer(random) for _ in range(MOODS)]
    known = [random.random() < usual for _ in range(MOODS)]
    stages = [territory.stages(plan, spot, usual=False) for spot in range(SPOTS)]
    with_usual = [territory.stages(plan, spot, usual=True) for spot in range(SPOTS)] if usual else stages
    for n in range(requests):
        people = (with_usual if known[n % MOODS] else stages)[n % SPOTS]
        play = Play(plan, people.__getitem__, _moods(answers, n), START, ends, urgent=True)
        answered = play.until_yes()
        outcome.alerts.append(len(play.asked))
        outcome.alerted.update(play.asked)
        outcome.minutes.append((answered - START) / timedelta(minutes=1) if answered else inf)
    return outcome


def _moods(answers: Sequence[SimulatedAnswer], number: int) -> Callable[[UUID], SimulatedAnswer]:
    return lambda who: answers[hash((number, who.int)) % MOODS]


EVERYBODY = 100_000


def among_strangers(search: Search) -> Search:
    """The part of a search that asks whoever is near, which is what sizes and radii are about; all of it, when there is
    no such part."""
    near = tuple(stage for stage in search.stages if stage.kind == "near")
    return replace(search, stages=near) if near else search


def asking(search: Search, offers: int, offer_minutes: int | None = None, minutes: int | None = None) -> Search:
    """The same search with so many asked at once, such a patience for each, and so long before others are asked."""
    stages = (
        replace(
            stage,
            offers=offers,
            offer_minutes=offer_minutes or stage.offer_minutes,
            minutes=minutes or stage.minutes,
        )
        for stage in search.stages
    )
    return replace(search, stages=tuple(stages))
