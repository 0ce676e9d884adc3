"""Two who open a folder at the same instant, two records that become one, somebody who wants to leave Relais."""

import threading

import pytest
from sqlalchemy import func, select

from app import clock
from app.core.db import db, transaction
from app.folders import queries
from app.folders.models import Folder
from app.patients.merging import merge, separate
from tests.desk.screen import words
from tests.folders.conftest import Around


def test_one_wins_and_the_other_is_led_to_it(around: Around) -> None:
    """FACTS_COORDINATION, check 7."""
    thumbs = [around.manager, around.town.orientation_nurse]
    places = [str(each.account.organizations()[0]) for each in thumbs]
    db.session.remove()
    ready, answers = threading.Barrier(len(thumbs)), []

    def opens(person: object, place: str) -> None:
        ready.wait()
        answers.append(around.opens(person, place=place).location)  # type: ignore[arg-type]

    both = [threading.Thread(target=opens, args=pair) for pair in zip(thumbs, places, strict=True)]
    for thumb in both:
        thumb.start()
    for thumb in both:
        thumb.join()
    assert sorted(answers) == sorted([around.at, f"/patients/{around.patient}/folders/new"])
    assert db.session.scalar(select(func.count()).select_from(Folder)) == 1


@pytest.mark.parametrize("both", [False, True])
def test_it_goes_along_when_two_records_become_one(around: Around, both: bool) -> None:
    """Where both have one that runs, the kept record's counts; and all is as it was when it was a mistake."""
    around.is_open()
    other = around.town.patient("Odette")
    hers = around.folder.id
    if both:
        around.patient, absorbed = other, around.patient
        around.opens()
        around.patient = absorbed
    by, now = around.town.coordinator.account_id, clock.now()
    with transaction():
        merged = merge(other, around.patient, by=by, now=now)
    running = queries.folder_of(other)
    assert running is not None
    assert (running.id == hers) is not both
    with transaction():
        assert merged
        assert separate(merged, by=by, now=now)
    assert around.folder.id == hers


def test_nobody_is_asked_to_review_what_stayed_behind_with_its_record(around: Around) -> None:
    around.is_open()
    other, hers = around.town.patient("Odette"), around.folder.id
    begun = around.patient
    around.patient = other
    around.opens()
    with transaction():
        assert merge(other, begun, by=around.town.coordinator.account_id, now=clock.now())
    around.town.time_passes(days=200)
    db.session.rollback()
    assert db.session.get_one(Folder, hers).asked_at is None


def test_a_referent_hands_over_before_she_closes_her_account(around: Around) -> None:
    around.is_open()
    shown = words(around.manager.get("/account/closing"))
    assert "Vous coordonnez encore un dossier" in shown
