"""The simulation plays the rules of production: what must come out whatever the luck."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import inf
from uuid import UUID

from app.dispatch.rules import Candidate
from app.pathways.library import load_catalog
from app.pathways.schema import Search, Stage
from app.simulation.invented import EVERYBODY, Behaviour, Territory, among_strangers, asking, scattered, simulate
from app.simulation.outcome import RunOutcome
from app.simulation.play import Play
from app.simulation.report import lines

PLAN = among_strangers(load_catalog()["home-care"].search)
TOWN = Territory(scattered([(48.63, 2.43)], 40))
EVERYONE_SAYS_YES = Behaviour(seen=1, accepted=1, minutes_to_see=4, minutes_to_decide=2, spread=0)


def test_more_at_once_is_faster_and_disturbs_more() -> None:
    one, seven, all_ = (simulate(asking(PLAN, size), TOWN, Behaviour(), 500) for size in (1, 7, EVERYBODY))
    assert one.within(0.5) > seven.within(0.5) > all_.within(0.5)
    assert one.slowest_tenth > seven.slowest_tenth > all_.slowest_tenth
    assert one.alerts_per_success < seven.alerts_per_success < all_.alerts_per_success


def test_it_is_the_same_every_time() -> None:
    assert simulate(PLAN, TOWN, Behaviour(), 200) == simulate(PLAN, TOWN, Behaviour(), 200)


def test_nobody_who_never_accepts_is_counted_as_an_answer() -> None:
    outcome = simulate(PLAN, TOWN, replace(Behaviour(), accepted=0.0), 50)
    assert (outcome.unanswered, sum(outcome.alerts)) == (1, 50 * 40)
    assert outcome.slowest_tenth == outcome.patience == 12 * 60, "whoever finds nobody waited to the end"


def test_the_slowest_tenth_counts_those_who_find_nobody() -> None:
    """Ten searches in order: the ninth tenth is not moved by how long the last one waits, the slowest tenth is."""
    soon, late, never = (RunOutcome(720, [*range(1, 10), last], [1] * 10) for last in (10.0, 300.0, inf))
    assert soon.within(0.9) == late.within(0.9) == never.within(0.9) == 9
    assert (soon.slowest_tenth, late.slowest_tenth, never.slowest_tenth) == (10, 300, 720)
    assert (never.successes, never.alerts_per_success) == (9, 10 / 9)


def test_a_part_of_the_searches_is_as_they_were() -> None:
    outcome = simulate(PLAN, TOWN, Behaviour(), 205)
    parts = [outcome.part(n, 10) for n in range(10)]
    assert [minutes for part in parts for minutes in part.minutes] == outcome.minutes
    assert sum(sum(part.alerts) for part in parts) == sum(outcome.alerts)


def test_every_pathway_of_the_catalogue_can_be_played() -> None:
    for slug, pathway in load_catalog().items():
        outcome = simulate(among_strangers(pathway.search), TOWN, Behaviour(), 50)
        assert sum(outcome.alerts) >= 50, slug
        assert outcome.successes, slug


def test_without_a_usual_professional_strangers_are_asked_at_once() -> None:
    whole = load_catalog()["home-care"].search
    assert simulate(whole, TOWN, Behaviour(), 500).minutes == simulate(PLAN, TOWN, Behaviour(), 500).minutes


def test_a_usual_professional_who_says_yes_spares_all_others() -> None:
    """Where everybody says yes after six minutes, she alone is asked; of strangers it would be as many as seven."""
    whole = load_catalog()["home-care"].search
    strangers, known = (simulate(whole, TOWN, EVERYONE_SAYS_YES, 200, usual=share) for share in (0.0, 1.0))
    circles = [next(filter(None, TOWN.stages(PLAN, spot, usual=False))) for spot in range(200)]
    assert strangers.alerts == [min(7, len(near)) for near in circles]
    assert known.alerts == [1] * 200
    assert strangers.minutes == known.minutes == [6.0] * 200


def test_colleagues_are_asked_beside_a_usual_professional_who_is_slow() -> None:
    """Where everybody says yes after 25 minutes, her practice is asked after 20, and her own yes is the first."""
    whole = load_catalog()["home-care"].search
    slow = replace(EVERYONE_SAYS_YES, minutes_to_see=15, minutes_to_decide=10)
    known = simulate(whole, TOWN, slow, 200, usual=1.0)
    assert set(known.alerts) == {1 + 2}, "herself and her two colleagues"
    assert known.minutes == [25.0] * 200


def test_nobody_is_asked_in_the_past() -> None:
    """The only near one says nothing for half an hour, the one beyond says yes at once: half an hour and a minute."""
    near = Stage(kind="near", km=5, minutes=10, offers=1, offer_minutes=30)
    beyond = Stage(kind="near", km=10, minutes=10, offers=1, offer_minutes=30)
    people = [[Candidate(UUID(int=n), UUID(int=n), float(n)) for n in some] for some in ((1, 2), (1, 2, 3))]
    begins = datetime(2026, 1, 1, 9, tzinfo=UTC)
    play = Play(
        Search(profession="nurse", stages=(near, beyond)),
        people.__getitem__,
        lambda who: (who.int == 3, timedelta(minutes=1)) if who.int > 1 else None,
        begins,
        begins + timedelta(hours=12),
        urgent=True,
    )
    assert play.until_yes() == begins + timedelta(minutes=32), "thirty, one for a refusal, one for the yes"


def test_what_is_told_holds_every_policy_and_density() -> None:
    said = "\n".join(lines(100, scattered([(48.63, 2.43)], 40), ["replacement"], "maternity-registration", None))
    assert "1 live offers of 5760 min (chosen)" in said
    assert said.count("replacement") == 6
    assert "a quarter of them" in said
    assert "the frontier" not in said
