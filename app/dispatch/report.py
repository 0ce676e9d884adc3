"""A simulation told: its assumptions, a table of the ways of asking, what the choice is sensitive to, the picture."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from app.dispatch.frontier import Point, best, drawn
from app.dispatch.simulation import (
    EVERYBODY,
    MINUTES,
    SIZES,
    Behaviour,
    Outcome,
    Place,
    Territory,
    among_strangers,
    of_size,
    simulate,
)
from app.pathways.reading import read_pathway
from app.pathways.schema import Search

CATALOG = Path(__file__).parents[1] / "pathways" / "catalog"

POLICIES = {"alert-all": EVERYBODY, "one-by-one": 1, "replacement": 0}
"""How many live offers; 0: as many as the pathway says."""

REFUSALS = {
    "accepted 37.7 % (survey of alerted volunteers)": 0.377,
    "refused or ignored 71 % (CarePort, home health)": 0.29,
    "refused or ignored 88 % (CarePort, nursing facilities)": 0.12,
}
DENSITIES = {"half as many professionals": 2, "a quarter of them": 4}
HEAD = f"{'':<16}{'median':>9}{'p90':>9}{'alerts/yes':>12}{'unanswered':>12}{'load':>8}{'load p90':>10}"


class Unknown(ValueError):
    """A policy, a pathway or a territory that there is not."""


def lines(
    requests: int,
    places: Sequence[Place],
    policies: Sequence[str],
    pathway: str,
    plot: Path | None,
    usual: float = 0.0,
) -> Iterator[str]:
    """What `relais simulate` says. `usual`: the share of patients who have a usual professional; with none, only the
    stages that ask strangers are played. Raises `Unknown`."""
    file = CATALOG / f"{pathway}.toml"
    if not file.exists() or not set(policies) <= set(POLICIES) or not places:
        raise Unknown(f"there is no such pathway, policy ({', '.join(POLICIES)}) or territory")
    whole = read_pathway(file).search
    search = whole if usual else among_strangers(whole)
    plans = {name: of_size(search, POLICIES[name]) if POLICIES[name] else search for name in policies}
    territory = Territory(places)
    yield f"{requests} requests · {len(places)} professionals · {pathway}: {_waits(search)}"
    yield "times in minutes; load: alerts per professional and hundred requests, on average and for the busiest tenth"
    for said, accepted in REFUSALS.items():
        behaviour = replace(Behaviour(), accepted=accepted)
        yield f"\n{said}: " + ", ".join(f"{name} {value:g}" for name, value in asdict(behaviour).items())
        yield from _rows(plans, territory, behaviour, requests, usual)
    for said, share in DENSITIES.items():
        yield f"\n{said}, answering as in the survey"
        yield from _rows(plans, Territory(places[::share]), Behaviour(), requests, usual)
    if plot:  # Of the stages that ask strangers: sizes and patience are theirs.
        yield from _frontier(among_strangers(whole), territory, max(100, requests // 20), plot)


def _rows(
    plans: Mapping[str, Search], territory: Territory, behaviour: Behaviour, requests: int, usual: float
) -> Iterator[str]:
    yield HEAD
    for name, plan in plans.items():
        yield _row(name, simulate(plan, territory, behaviour, requests, usual=usual), territory.people)


def _waits(search: Search) -> str:
    said = (
        f"{s.offers} live offers of {s.offer_minutes} min "
        f"{f'within {s.km} km' if s.km else f'({s.kind})'} for {s.minutes} min"
        for s in search.stages
    )
    return "; ".join(said)


def _row(name: str, outcome: Outcome, people: int) -> str:
    mean, busiest = outcome.load(people)
    figures = f"{outcome.median:>9.1f}{outcome.ninth_tenth:>9.1f}{outcome.alerts_per_success:>12.1f}"
    return f"{name:<16}{figures}{outcome.unanswered:>12.2%}{mean:>8.1f}{busiest:>10.1f}"


def _frontier(search: Search, territory: Territory, requests: int, plot: Path) -> Iterator[str]:
    """Every size and patience, each with the shipped radii and stages; the shipped one by its name."""
    shipped = search.stages[0]
    names = {
        (shipped.offers, shipped.offer_minutes): "shipped",
        (EVERYBODY, shipped.offer_minutes): "alert all",
        (1, shipped.offer_minutes): "one by one",
    }
    points = {}
    for size, minutes in sorted({*((s, m) for s in SIZES for m in MINUTES), *names}):
        outcome = simulate(of_size(search, size, minutes), territory, Behaviour(), requests)
        name = names.get((size, minutes), "")
        points[size, minutes] = Point(outcome.median, outcome.alerts_per_success, name)
    front = best([*points.values()])
    yield "\non the frontier (live offers × minutes: median minutes, alerts per yes):"
    for (size, minutes), point in sorted(points.items(), key=lambda item: item[1].minutes):
        if point in front or point.name:
            mark = "" if point in front else "  beaten"
            which = f"{min(size, territory.people)} × {minutes}"
            yield f"  {which}: {point.minutes:.1f}, {point.alerts:.1f} {point.name}{mark}"
    plot.write_text(drawn([*points.values()]), encoding="utf-8")
