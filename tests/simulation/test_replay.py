"""What if: the past under another version, known answers as they were."""

from datetime import timedelta

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from app import clock
from app.cli import main
from app.core.db import db, transaction
from app.directory.models import PractitionerRole
from app.pathways.library import CATALOG, pathways
from app.pathways.schema import Pathway, Stage
from app.simulation import replay
from app.simulation.replay import RecordedHabits, Said, fitted, past_requests, replayed
from tests.factories.town import Town
from tests.inbox.plans import shares_a_practice

MINUTE = timedelta(minutes=1)


def test_silence_that_was_cut_short_counts_as_long_as_it_was_watched() -> None:
    """Sixty said yes after a minute; of the sixty who were left, half were let go, the rest said no at two."""
    said = [Said(True, MINUTE)] * 60 + [Said(None, MINUTE)] * 30 + [Said(False, 2 * MINUTE)] * 30
    shares = fitted(said)
    yes = sum(share for share, answer, _after in shares.masses if answer)
    no = sum(share for share, answer, _after in shares.masses if not answer)
    assert yes == pytest.approx(0.5)
    assert no == pytest.approx(0.5), "those let go would have said no as the others did"


def test_whoever_was_silent_so_long_answers_later_or_never() -> None:
    habits = RecordedHabits([(0.5, True, MINUTE), (0.25, False, 5 * MINUTE)])
    assert habits.draw(0.4) == (True, MINUTE)
    assert habits.draw(0.9) is None
    assert habits.draw(0.49, silent_for=2 * MINUTE) == (False, 5 * MINUTE)
    assert habits.draw(0.51, silent_for=2 * MINUTE) is None
    assert habits.draw(0.0, silent_for=6 * MINUTE) is None


def home_care() -> Pathway:
    return pathways()["home-care"]


def with_stages(*stages: Stage) -> Pathway:
    return replace(home_care(), search=replace(home_care().search, stages=stages))


def one_by_one() -> Pathway:
    return with_stages(*(replace(stage, offers=1) for stage in home_care().search.stages))


def a_past(town: Town, number: int = 4) -> None:
    """The near one refuses after two minutes, the far one accepts after six."""
    near, far = town.nurse("Maya", km=1), town.nurse("Inès", km=2)
    for n in range(number):
        town.asks(patient=town.patient(f"Patiente{n}"))
        town.time_passes(seconds=1)
        town.time_passes(minutes=2)
        assert near.refuses("full") == 200
        town.time_passes(minutes=4)
        assert far.accepts() == 200
        town.time_passes(days=8)  # Nobody is laden by it any more.


def test_the_same_version_brings_back_what_happened(town: Town) -> None:
    a_past(town)
    compared = replayed(past_requests("home-care", [town.cpts_id]), home_care())
    assert compared.then.minutes == pytest.approx([6.0] * 4, abs=0.05)
    assert compared.again.minutes == pytest.approx(compared.then.minutes, abs=0.05)
    assert (compared.then.alerts, compared.again.alerts) == (8, 8)
    assert compared.what_if == compared.again


def test_known_answers_are_taken_as_they_were(town: Town) -> None:
    """One by one, the far one is asked when the near one has refused: two minutes later than she was."""
    a_past(town)
    compared = replayed(past_requests("home-care", [town.emergency_id]), one_by_one())
    assert compared.what_if.minutes == pytest.approx([8.0] * 4, abs=0.1)
    assert compared.what_if.alerts == 8


def test_a_narrower_circle_does_not_reach_her(town: Town) -> None:
    a_past(town)
    narrow = replace(home_care().search.stages[2], km=1)
    compared = replayed(past_requests("home-care", [town.cpts_id]), with_stages(narrow))
    assert (compared.what_if.minutes, compared.what_if.alerts) == ([], 4)
    assert compared.what_if.told[2].replace("\u00a0", " ") == "100,0 %"


def test_what_was_cancelled_or_found_by_telephone_is_no_answer_to_an_alert(town: Town) -> None:
    town.nurse("Maya", km=1)
    cancelled = town.asks()
    town.time_passes(seconds=1)
    assert town.orientation_nurse.post(f"/requests/{cancelled}/cancellation").status_code == 303
    called, zoe = town.asks(patient=town.patient("Odile")), town.nurse("Zoé", km=3)
    town.time_passes(seconds=1)
    found = town.coordinator.post(f"/requests/{called}/somebody/yes", {"role": str(zoe.role_id)})
    assert found.status_code == 303
    db.session.rollback()
    compared = replayed(past_requests("home-care", [town.cpts_id]), home_care())
    assert (compared.requests, compared.then.minutes, compared.answers) == (1, [], 0)


def test_her_practice_is_known_though_she_takes_nobody_any_more(town: Town) -> None:
    claire, sofia = town.nurse("Claire"), town.nurse("Sofia", km=30)
    shares_a_practice(claire, sofia)
    town.asks(patient=town.patient(usual=[claire]))
    town.time_passes(seconds=1)
    assert claire.accepts() == 200
    with transaction():
        db.session.get_one(PractitionerRole, claire.role_id).accepting = False
    past = past_requests("home-care", [town.cpts_id])[0]
    circle, practice = home_care().search.stages[:2]
    assert [one.recipient_id for one in past.people(practice)] == [sofia.practitioner_id]
    assert [one.recipient_id for one in past.people(circle)] == [claire.practitioner_id], "she was asked then"


def test_the_past_of_others_is_not_read(town: Town) -> None:
    a_past(town, 1)
    assert past_requests("home-care", [town.requester("Paul").account.memberships[0].organization_id]) == []
    assert past_requests("ed-reorientation", [town.cpts_id]) == []
    assert past_requests("home-care", [town.cpts_id], since=clock.now()) == []


def test_there_is_a_limit_to_what_somebody_waits_for(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    a_past(town, 2)
    ticks = iter(range(100))
    monkeypatch.setattr(replay, "monotonic", lambda: next(ticks))
    compared = replayed(past_requests("home-care", [town.cpts_id]), home_care(), seconds=1.5)
    assert (compared.requests, compared.cut) == (1, True)


def test_the_command_prints_then_again_and_what_if(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    a_past(town, 2)
    monkeypatch.setattr("app.cli.context.application", lambda: town.app)
    arguments = ["--pathway", "home-care", "--organization", "CPTS Seine et Essonne"]
    said = CliRunner().invoke(main, ["replay", *arguments, "--file", str(CATALOG / "home-care.toml")])
    assert said.exit_code == 0, said.output
    assert "2 past requests, 4 known answers (too few" in said.output
    for name in ("then, as it happened", "the same version, played", "what if, played"):
        line = next(line for line in said.output.splitlines() if line.startswith(name))
        assert "6\u00a0min" in line and "2,0" in line
    assert CliRunner().invoke(main, ["replay", *arguments]).exit_code == 1
    assert "no version 7" in CliRunner().invoke(main, ["replay", *arguments, "--version", "7"]).output
