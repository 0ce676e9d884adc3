"""A simulation told: its assumptions, a table of the ways of asking, what the choice is sensitive to, the picture."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

from app.pathways.reading import read_pathway
from app.pathways.schema import Search
from app.simulation.frontier import Figure, Way, beaten, best, calm, median, run_outcomes, slowest_tenth
from app.simulation.invented import EVERYBODY, Behaviour, Place, Territory, among_strangers, asking, simulate
from app.simulation.outcome import RunOutcome
from app.simulation.picture import Panel, Point, drawn

CATALOG = Path(__file__).parents[1] / "pathways" / "catalog"

POLICIES = {"alert-all": EVERYBODY, "one-by-one": 1, "replacement": 0}
"""How many live offers; 0: as many as the pathway says."""

BEHAVIOURS = {
    "accepted 37.7 % (survey of alerted volunteers)": Behaviour(),
    "refused or ignored 71 % (CarePort, home health)": Behaviour(accepted=0.29),
    "refused or ignored 88 % (CarePort, nursing facilities)": Behaviour(accepted=0.12),
    "accepted 37.7 %, answering half as fast (assumed)": Behaviour(minutes_to_see=8.0, minutes_to_decide=4.0),
}
DENSITIES = {"half as many professionals": 2, "a quarter of them": 4}
HEAD = f"{'':<16}{'median':>9}{'p90':>9}{'slowest':>9}{'alerts/yes':>12}{'unanswered':>12}{'load':>8}{'load p90':>10}"

TIMES: dict[str, Figure] = {
    "what the slowest tenth wait for a yes on average, minutes": slowest_tenth,
    "median minutes until somebody says yes": median,
}
"""The times against which alerts are drawn. The first one decides whether a pathway is on the frontier."""


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
    plans = {name: asking(search, POLICIES[name]) if POLICIES[name] else search for name in policies}
    territory = Territory(places)
    yield f"{requests} requests · {len(places)} professionals · {pathway}: {_waits(search)}"
    yield "times in minutes; slowest: what the slowest tenth wait on average"
    yield "load: alerts per professional and hundred requests, on average and for the busiest tenth"
    for said, behaviour in BEHAVIOURS.items():
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


def _row(name: str, outcome: RunOutcome, people: int) -> str:
    average, busiest = outcome.load(people)
    times = f"{outcome.within(0.5):>9.1f}{outcome.within(0.9):>9.1f}{outcome.slowest_tenth:>9.1f}"
    figures = f"{outcome.alerts_per_success:>12.1f}{outcome.unanswered:>12.2%}{average:>8.1f}{busiest:>10.1f}"
    return f"{name:<16}{times}{figures}"


def _frontier(search: Search, territory: Territory, requests: int, plot: Path) -> Iterator[str]:
    """The pathway's own numbers among all those of the grid, for each behaviour; the survey's is drawn."""
    yield f"\nthe frontier, {requests} requests for each way of asking, with the circles of this pathway"
    for said, behaviour in BEHAVIOURS.items():
        ways = run_outcomes(search, territory, behaviour, requests)
        shipped = simulate(search, territory, behaviour, requests)
        if behaviour == Behaviour():
            named = {
                "shipped": shipped,
                "alert all": simulate(asking(search, EVERYBODY), territory, behaviour, requests),
                "one by one": simulate(asking(search, 1), territory, behaviour, requests),
            }
            plot.write_text(drawn([_panel(title, time, ways, named) for title, time in TIMES.items()]), "utf-8")
            yield from _told(ways)
        yield f"{said}: {_verdict(shipped, ways)}"


def _panel(title: str, time: Figure, ways: Mapping[Way, RunOutcome], named: Mapping[str, RunOutcome]) -> Panel:
    front = best({way: (time(outcome), calm(outcome)) for way, outcome in ways.items()})
    points = [Point(time(outcome), calm(outcome), way in front) for way, outcome in ways.items()]
    points += [Point(time(outcome), calm(outcome), name=name) for name, outcome in named.items()]
    return Panel(title, points)


def _told(ways: Mapping[Way, RunOutcome]) -> Iterator[str]:
    """The frontier, a line for each size."""
    front = best({way: (slowest_tenth(outcome), calm(outcome)) for way, outcome in ways.items()})
    yield "live offers: patience/wait, minutes (what the slowest tenth wait, alerts per yes)"
    for size, some in groupby(sorted(front), key=lambda way: way.offers):
        said = (
            f"{way.patience}/{way.wait} ({ways[way].slowest_tenth:.1f}, {ways[way].alerts_per_success:.2f})"
            for way in some
        )
        yield f"  {size}: {' · '.join(said)}"


def _verdict(shipped: RunOutcome, ways: Mapping[Way, RunOutcome]) -> str:
    """Whether the pathway's own numbers are on the frontier; if not, the way that spares most alerts of those that beat
    them."""
    figures = f"{shipped.slowest_tenth:.1f} minutes, {shipped.alerts_per_success:.2f} alerts per yes"
    better = list(beaten(shipped, ways, slowest_tenth))
    if not better:
        return f"shipped numbers ON the frontier ({figures})"
    way, time, alerts = max(better, key=lambda each: each[2].by)
    return (
        f"shipped numbers OFF the frontier ({figures}): {way} spares {time.by:.1f} minutes (luck ± {time.luck:.1f}) "
        f"and {alerts.by:.2f} alerts (± {alerts.luck:.2f})"
    )
