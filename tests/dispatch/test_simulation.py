"""The simulation plays the rules of production: what must come out whatever the luck."""

from dataclasses import replace

from app.dispatch.frontier import Point, best
from app.dispatch.report import lines
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


def test_every_pathway_of_the_catalogue_can_be_played() -> None:
    for slug, pathway in load_catalog().items():
        outcome = simulate(among_strangers(pathway.search), TOWN, Behaviour(), 50)
        assert outcome.alerts >= 50, slug
        assert outcome.minutes, slug


def test_a_usual_professional_is_asked_before_strangers_are() -> None:
    """Many are found without disturbing anybody else; the others wait a little longer."""
    whole = load_catalog()["home-care"].search
    without, all_known = (simulate(whole, TOWN, Behaviour(), 500, usual=share) for share in (0.0, 1.0))
    assert without.minutes == simulate(PLAN, TOWN, Behaviour(), 500).minutes
    assert all_known.alerts < 0.65 * without.alerts
    assert all_known.unanswered == 0


def test_what_is_told_holds_every_policy_and_density() -> None:
    said = "\n".join(lines(100, scattered([(48.63, 2.43)], 40), ["replacement"], "maternity-registration", None))
    assert "1 live offers of 5760 min (chosen)" in said
    assert said.count("replacement") == 5
    assert "a quarter of them" in said
