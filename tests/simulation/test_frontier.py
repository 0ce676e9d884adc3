"""Whether a pathway's own numbers are on the frontier: what no other way of asking beats by more than luck."""

from pathlib import Path
from random import Random

import pytest

from app.simulation import frontier, report
from app.simulation.frontier import Way, beaten, best, calm, gain, median, slowest_tenth
from app.simulation.invented import scattered
from app.simulation.outcome import RunOutcome
from app.simulation.picture import Panel, Point, drawn

OTHER = Way(5, 20, 10)


def outcome(minutes: float, alerts: int, spoilt_parts: int = 0) -> RunOutcome:
    """A hundred searches that all wait as long; in so many of their ten parts twice as long."""
    waits = [minutes * (2 if n < 10 * spoilt_parts else 1) for n in range(100)]
    return RunOutcome(720, waits, [alerts] * 100)


def test_the_frontier_keeps_what_no_other_beats() -> None:
    fast, calmer, slow = Way(9, 10, 5), Way(2, 10, 5), Way(9, 60, 30)
    assert best({slow: (5, 9), calmer: (5, 2), fast: (1, 9)}) == [fast, calmer]


def test_a_way_as_fast_that_disturbs_fewer_beats() -> None:
    assert [way for way, *_gains in beaten(outcome(10, 7), {OTHER: outcome(10, 6)}, median)] == [OTHER]


@pytest.mark.parametrize("other", [outcome(9, 8), outcome(11, 6), outcome(10, 7)], ids=["noisier", "slower", "equal"])
def test_a_way_that_costs_something_or_gains_nothing_does_not(other: RunOutcome) -> None:
    assert not list(beaten(outcome(10, 7), {OTHER: other}, median))


def test_what_one_part_of_the_run_alone_gains_may_be_luck() -> None:
    """Better by a tenth in sum, all of it in one part of ten: two standard errors are twice as much."""
    mine, other = outcome(10, 7, spoilt_parts=1), outcome(10, 7)
    found = gain(mine, other, slowest_tenth)
    assert (found.by, found.luck) == (10, 2)
    one_part = gain(mine, other, lambda one: sum(one.minutes) / len(one.minutes))
    assert (one_part.by, one_part.luck) == (1, 2)
    assert not list(beaten(mine, {OTHER: other}, lambda one: sum(one.minutes) / len(one.minutes)))


def test_two_ways_that_differ_by_chance_alone_are_held_for_equal() -> None:
    dice = Random(7)
    mine, other = (RunOutcome(720, [dice.expovariate(0.1) for _ in range(2000)], [7] * 2000) for _ in range(2))
    found = gain(mine, other, slowest_tenth)
    assert abs(found.by) < 2 * found.luck
    assert gain(mine, other, calm).luck == 0


def told(pathway: str, plot: Path) -> str:
    return "\n".join(report.lines(400, scattered([(48.63, 2.43)], 40), ["replacement"], pathway, plot))


def test_the_command_says_for_each_behaviour_whether_the_shipped_numbers_are_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Against itself and one that asks nearly everybody at once, the shipped one stands."""
    monkeypatch.setattr(frontier, "SIZES", (30,))
    monkeypatch.setattr(frontier, "PATIENCES", (60,))
    said = told("home-care", tmp_path / "picture.svg")
    for behaviour in report.BEHAVIOURS:
        assert f"{behaviour}: shipped numbers ON the frontier" in said


def test_it_names_what_beats_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody writes that strangers have two minutes to answer: most are alerted in vain, and patients wait."""
    waits = "offers = 7\noffer_minutes = "
    good = (report.CATALOG / "home-care.toml").read_text(encoding="utf-8")
    assert f"{waits}20\n" in good, "the catalogue changed: write this mistake again"
    (tmp_path / "home-care.toml").write_text(good.replace(f"{waits}20\n", f"{waits}2\n"), encoding="utf-8")
    monkeypatch.setattr(report, "CATALOG", tmp_path)
    monkeypatch.setattr(frontier, "SIZES", (7,))
    monkeypatch.setattr(frontier, "PATIENCES", (20,))
    said = told("home-care", tmp_path / "picture.svg")
    for behaviour in report.BEHAVIOURS:
        assert f"{behaviour}: shipped numbers OFF the frontier" in said
    assert said.count(": 7 × ") == len(report.BEHAVIOURS)


def test_the_picture_has_a_panel_for_each_time() -> None:
    points = [Point(10, 7, best=True), Point(20, 5, best=True), Point(20, 8, name="shipped & <named>")]
    picture = drawn([Panel("the slowest", points), Panel("the median", points)])
    assert picture.count("<polyline") == picture.count("shipped &amp; &lt;named&gt;") == 2
    assert "the slowest and the median" in picture
