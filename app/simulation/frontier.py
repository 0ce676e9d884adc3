"""Which ways of asking no other one beats, and whether a pathway's own is among them, luck set aside."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import sqrt
from statistics import stdev

from app.pathways.schema import Search
from app.simulation.invented import Behaviour, Territory, asking, simulate
from app.simulation.outcome import RunOutcome

SIZES, PATIENCES, WAITS = (4, 5, 6, 7, 8, 10), (10, 15, 20, 30, 45, 60), (5, 10, 15, 30)
"""People asked at once; minutes each may answer; minutes before those farther out are asked too."""

PARTS = 10
"""A run is cut into so many: how much they differ is what luck does."""

Figure = Callable[[RunOutcome], float]


@dataclass(frozen=True, order=True)
class Way:
    """One way of asking, the same at each stage."""

    offers: int
    patience: int
    wait: int

    def __str__(self) -> str:
        return f"{self.offers} × {self.patience} min, farther after {self.wait}"


def slowest_tenth(outcome: RunOutcome) -> float:
    """The time that counts first. A single rank is blind to what lies beyond it: neither the median nor the time within
    which nine in ten are answered moves when the last ones wait twice as long."""
    return outcome.slowest_tenth


def median(outcome: RunOutcome) -> float:
    return outcome.within(0.5)


def calm(outcome: RunOutcome) -> float:
    return outcome.alerts_per_success


def run_outcomes(search: Search, territory: Territory, behaviour: Behaviour, requests: int) -> dict[Way, RunOutcome]:
    """Every size and every wait of the grid, with the circles of this search."""
    ways = (Way(*numbers) for numbers in product(SIZES, PATIENCES, WAITS))
    return {
        way: simulate(asking(search, way.offers, way.patience, way.wait), territory, behaviour, requests)
        for way in ways
    }


def best(points: Mapping[Way, tuple[float, float]]) -> list[Way]:
    """Those that no other one equals on one side and beats on the other, from the fastest."""
    kept: list[Way] = []
    for way in sorted(points, key=lambda way: (points[way], way)):
        if not kept or points[way][1] < points[kept[-1]][1]:
            kept.append(way)
    return kept


@dataclass(frozen=True)
class Gain:
    """How much less one way costs than another, and how much of it could be luck: two standard errors. All ways meet
    the same people in the same mood, so that luck is what differs between the parts of a run."""

    by: float
    luck: float


def gain(mine: RunOutcome, other: RunOutcome, figure: Figure) -> Gain:
    parts = [figure(mine.part(n, PARTS)) - figure(other.part(n, PARTS)) for n in range(PARTS)]
    return Gain(figure(mine) - figure(other), 2 * stdev(parts) / sqrt(PARTS))


def beaten(mine: RunOutcome, others: Mapping[Way, RunOutcome], time: Figure) -> Iterator[tuple[Way, Gain, Gain]]:
    """The ways that are neither slower nor more disturbing, and better in one of both by more than luck."""
    for way, other in others.items():
        if time(other) <= time(mine) and calm(other) <= calm(mine):
            gains = gain(mine, other, time), gain(mine, other, calm)
            if any(each.by > each.luck for each in gains):
                yield way, *gains
