"""The simulation plays the rules of production: what must come out whatever the luck."""

from dataclasses import replace

from app.dispatch.frontier import Point, best
from app.dispatch.simulation import EVERYBODY, Behaviour, Territory, among_strangers, of_size, scattered, simulate
from app.pathways.library import load_catalog

PLAN = among_strangers(load_catalog()["home-care"].search)
TOWN = Territory(scattered([(48.63, 2.43)], 40))


def test_more_at_once_is_faster_and_disturbs_more() -> None:
    one, seven, all_ = (simulate(of_size(PLAN, size), TOWN, Behaviour(), 500) for size in (1, 7, EVERYBODY))
    assert one.median > seven.median > all_.median
    assert one.alerts_per_success < seven.alerts_per_success < all_.alerts_per_success


def test_it_is_the_same_every_time() -> None:
    assert simulate(PLAN, TOWN, Behaviour(), 200) == simulate(PLAN, TOWN, Behaviour(), 200)


def test_nobody_who_never_accepts_is_counted_as_an_answer() -> None:
    outcome = simulate(PLAN, TOWN, replace(Behaviour(), accepted=0.0), 50)
    assert (outcome.unanswered, outcome.alerts) == (1, 50 * 40)


def test_the_frontier_keeps_what_no_other_beats() -> None:
    fast, calm, beaten = Point(1, 9), Point(5, 2), Point(5, 9)
    assert best([beaten, calm, fast]) == [fast, calm]
