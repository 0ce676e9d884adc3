"""Each passage has its day, its person, and one tap."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from app import clock
from app.care_requests.models import CareRequest, CareTask, State
from app.care_requests.rules import AHEAD, WEEKLY, Rhythm, read_visits
from app.core.db import db, transaction
from app.core.events import announce
from app.dispatch import actions as dispatch
from app.passages import queries
from app.passages.life import CareHalted, CareResumed
from app.passages.models import Passage
from app.passages.rules import PassageState
from app.push.models import Message
from tests.factories.town import Nurse, Town, role_of
from tests.passages.care import (
    TEN_DAYS,
    TOMORROW,
    at_day,
    count,
    does_all,
    owned,
    passage,
    plan_of,
    says,
    taken_by,
)
from tests.services.push_service import FakePushService


@pytest.fixture
def town(app: Flask, push_service: FakePushService) -> Town:
    """Who asks and who coordinates have a phone, too."""
    town = Town(app, push_service)
    with transaction():
        for person in (town.orientation_nurse, town.coordinator):
            town._subscribe(person.account_id, push_service.new_device())
    return town


@pytest.fixture
def maya(town: Town) -> Nurse:
    return town.nurse("Maya")


def told(step: str) -> set[object]:
    db.session.rollback()
    return set(db.session.scalars(select(Message.account_id).where(Message.step == step)))


def test_a_plan_that_is_taken_has_all_its_passages_and_they_are_hers(town: Town, maya: Nurse) -> None:
    whole = taken_by(town, maya)
    assert owned(whole) == dict.fromkeys(TEN_DAYS, maya.role_id)
    assert count(whole) == "0 passage sur 20, prochain demain matin"


def test_the_first_that_is_done_begins_the_care(town: Town, maya: Nurse) -> None:
    whole = taken_by(town, maya)
    at_day(TOMORROW)
    assert says(maya, whole, TOMORROW, state="absent") == "said"
    assert town.request(whole).state is State.ACCEPTED, "nobody was cared for"
    assert says(maya, whole, TOMORROW, "evening") == "said"
    assert town.request(whole).state is State.STARTED
    row = passage(whole, TOMORROW, "evening")
    assert (row.said_at, row.said_by_id) == (clock.now(), maya.account_id)


def test_nothing_is_done_before_its_day_without_saying_so(town: Town, maya: Nurse) -> None:
    whole = taken_by(town, maya)
    assert says(maya, whole, TOMORROW) == "early"
    assert passage(whole, TOMORROW).state is PassageState.PLANNED
    assert says(maya, whole, TOMORROW, early=True) == "said"


def test_a_tap_without_signal_is_dated_and_counted_once(town: Town, maya: Nurse) -> None:
    whole = taken_by(town, maya)
    at_day(TOMORROW)
    touched = clock.now()
    clock.advance(timedelta(hours=3))
    for _ in range(2):
        assert says(maya, whole, TOMORROW, at=touched, key="k") == "said"
    assert passage(whole, TOMORROW).said_at == touched
    assert count(whole).startswith("1 passage sur 20")
    assert says(maya, whole, TOMORROW, state="absent") == "said", "she mends a slip of the finger"
    assert says(maya, whole, TOMORROW, at=touched, key="k") == "outdated", "the old tap again"
    assert says(maya, whole, TOMORROW, at=touched - timedelta(minutes=1)) == "outdated", "a later word stands"
    assert passage(whole, TOMORROW).state is PassageState.ABSENT


def test_absent_twice_and_the_ward_and_the_coordinator_know_once(town: Town, maya: Nurse) -> None:
    whole = taken_by(town, maya)
    at_day(TOMORROW)
    says(maya, whole, TOMORROW, state="absent")
    assert told("missed-twice") == set()
    says(maya, whole, TOMORROW, "evening", state="absent")
    both = {town.orientation_nurse.account_id, town.coordinator.account_id}
    assert told("missed-twice") == both
    at_day(TOMORROW + timedelta(days=1))
    says(maya, whole, TOMORROW + timedelta(days=1), state="refused")
    db.session.rollback()
    again = select(Message).where(Message.step == "missed-twice")
    assert len(db.session.scalars(again).all()) == 2, "once for as long as it lasts"
    page = town.orientation_nurse.get(f"/requests/{whole}").text
    assert "patient absent" in page


def test_nobody_says_anything_and_she_is_asked_then_others_are_told(town: Town, maya: Nurse) -> None:
    whole = taken_by(town, maya)
    at_day(TOMORROW + timedelta(days=1), 7)
    town.time_passes()
    assert told("passage") == set(), "nobody is woken for a tick"
    at_day(TOMORROW + timedelta(days=1), 8)
    town.time_passes()
    assert told("passage") == {maya.account_id}
    assert told("missed-twice") == {town.orientation_nurse.account_id, town.coordinator.account_id}
    assert says(maya, whole, TOMORROW) == "said", "said late, it counts"
    assert count(whole).startswith("1 passage sur 20")


def test_in_hospital_the_passages_stand_still(town: Town, maya: Nurse) -> None:
    whole = taken_by(town, maya)
    does_all(maya, whole, TOMORROW)
    at_day(TOMORROW + timedelta(days=1))
    says(maya, whole, TOMORROW + timedelta(days=1), state="hospitalised")
    assert count(whole) == "2 passages sur 20, suspendus : hospitalisation"
    assert told("hospitalised") == {town.orientation_nurse.account_id, town.coordinator.account_id}
    at_day(TOMORROW + timedelta(days=3), 9)
    town.time_passes()
    assert told("passage") == set(), "nobody is asked about what stands still"
    assert says(maya, whole, TOMORROW + timedelta(days=3)) == "said"
    assert count(whole) == "3 passages sur 20, prochain ce soir", "she is back"


def test_a_stay_in_hospital_suspends_the_passages_until_she_is_back(town: Town, maya: Nurse) -> None:
    whole = taken_by(town, maya)
    for fact, read in ((CareHalted, "suspendus : hospitalisation"), (CareResumed, "prochain demain matin")):
        with transaction():
            announce(fact(db.session.get_one(CareRequest, whole), clock.now()))
        assert count(whole) == f"0 passage sur 20, {read}"


def test_not_on_sunday(town: Town, maya: Nurse) -> None:
    rhythm = Rhythm(TOMORROW, ("morning",), weekdays=(0, 1, 2, 3, 4, 5))
    whole = taken_by(town, maya, visits=rhythm.visits(TOMORROW, TOMORROW + timedelta(days=9)))
    days = {visit.day for visit in owned(whole)}
    assert len(days) == 9
    assert not any(day.weekday() == 6 for day in days)


class TestWithoutAnEnd:
    def test_it_is_written_on_by_itself_and_looked_at_again(self, town: Town, maya: Nurse) -> None:
        rhythm = Rhythm(TOMORROW, ("morning",), WEEKLY, (0, 3))
        today, review = clock.paris(clock.now()).date(), TOMORROW + timedelta(days=30)
        visits = rhythm.visits(TOMORROW, today + AHEAD)
        whole = taken_by(town, maya, visits=visits, rhythm=rhythm, review_on=review)
        assert len(owned(whole)) == len(visits) == 6
        for _ in range(5):
            clock.advance(timedelta(days=7))
            town.time_passes()
        rows, now = owned(whole), clock.paris(clock.now()).date()
        assert max(visit.day for visit in rows) >= now + timedelta(days=13)
        assert set(rows) == set(read_visits(town.request(whole).visits))
        assert {visit.day.weekday() for visit in rows} == {0, 3}
        tasks = db.session.scalars(select(CareTask).where(CareTask.slug == "review")).all()
        assert [task.due_at.date() for task in tasks] == [review]
        assert told("task") == {town.orientation_nurse.account_id}

    def test_a_part_of_it_goes_on_without_an_end_too(self, town: Town, maya: Nurse) -> None:
        rhythm = Rhythm(TOMORROW, ("morning", "evening"))
        today = clock.paris(clock.now()).date()
        whole = town.asks(visits=rhythm.visits(TOMORROW, today + AHEAD), rhythm=rhythm, review_on=today + AHEAD)
        town.time_passes(seconds=1)
        offer = maya.offer()
        assert maya.post(f"/offers/{offer.id}/acceptance", {"said": "mornings"}, htmx=True).status_code == 200
        db.session.rollback()
        rest = db.session.scalars(select(CareRequest).where(CareRequest.split_from_id == whole)).one()
        assert (town.request(whole).rhythm["moments"], rest.rhythm["moments"]) == (["morning"], ["evening"])
        assert rest.review_on == town.request(whole).review_on


def test_twice_a_day_and_twice_a_week_in_one_discharge(town: Town, maya: Nurse) -> None:
    dressing = taken_by(town, maya)
    twice = Rhythm(TOMORROW, ("midday",), WEEKLY, (1, 4)).visits(TOMORROW, TOMORROW + timedelta(days=13))
    walking = taken_by(town, maya, visits=twice)
    assert (len(owned(dressing)), len(owned(walking))) == (20, 4)
    assert plan_of(dressing) != plan_of(walking)


def test_what_was_said_stays_when_the_care_is_cancelled(town: Town, maya: Nurse) -> None:
    whole = taken_by(town, maya)
    does_all(maya, whole, TOMORROW)
    with transaction():
        assert dispatch.cancel(db.session.get_one(CareRequest, whole), by=maya.account, now=clock.now())
    assert set(owned(whole)) == set(TEN_DAYS[:2])


class TestTheDatabaseItself:
    def test_keeps_one_passage_of_a_plan_day_and_moment(self, town: Town, maya: Nurse) -> None:
        whole = taken_by(town, maya)
        row = passage(whole, TOMORROW)
        values = {name: getattr(row, name) for name in ("plan_id", "request_id", "role_id", "day", "moment", "say_by")}
        with pytest.raises(IntegrityError), transaction():
            db.session.add(Passage(**values, state=PassageState.PLANNED))

    def test_keeps_nothing_done_without_an_author_and_a_time(self, town: Town, maya: Nurse) -> None:
        whole = taken_by(town, maya)
        with pytest.raises(IntegrityError), transaction():
            passage(whole, TOMORROW).state = PassageState.DONE

    def test_keeps_no_series_without_a_day_of_review(self, town: Town, maya: Nurse) -> None:
        whole = taken_by(town, maya)
        with pytest.raises(IntegrityError), transaction():
            town.request(whole).rhythm = Rhythm(TOMORROW, ("morning",)).as_written()


def test_a_relay_of_last_resort_keeps_no_passage_without_an_owner(town: Town, maya: Nurse) -> None:
    whole = taken_by(town, maya)
    with transaction():
        assert dispatch.withdraw(db.session.get_one(CareRequest, whole), by=maya.account, now=clock.now(), reason="")
    assert owned(whole) == {}
    with transaction():
        assert dispatch.assign(db.session.get_one(CareRequest, whole), role_of(maya), by=maya.account, now=clock.now())
    assert len(queries.of_plan(whole)) == 20
    with transaction():
        db.session.execute(delete(Passage))
