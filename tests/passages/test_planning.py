"""A plan that runs is stopped from a day, changed for what is to come, or said to go on."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.audit.models import AuditEvent
from app.care_requests import actions as care_requests
from app.care_requests.models import CareRequest, CareTask, State, Step, Verb
from app.care_requests.rules import AHEAD, Rhythm, Visit, planned, read_visits
from app.core.db import db, transaction
from app.passages import planning
from app.passages.models import Passage
from app.passages.planning import Replanned
from app.push.models import Message
from app.relays import actions as relays
from tests.desk.screen import words
from tests.factories.town import Nurse, Town
from tests.passages.care import TEN_DAYS, TOMORROW, at_day, count, does_all, owned, says, taken_by
from tests.services.push_service import FakePushService


@pytest.fixture
def town(app: Flask, push_service: FakePushService) -> Town:
    town = Town(app, push_service)
    with transaction():
        town._subscribe(town.orientation_nurse.account_id, push_service.new_device())
    return town


@pytest.fixture
def maya(town: Town) -> Nurse:
    return town.nurse("Maya")


def told() -> list[UUID]:
    db.session.rollback()
    return list(db.session.scalars(select(Message.account_id).where(Message.step == "plan")))


def steps(request_id: UUID) -> list[str]:
    return list(db.session.scalars(select(Step.kind).where(Step.request_id == request_id).order_by(Step.id)))


def audited(event: str) -> int:
    return len(db.session.scalars(select(AuditEvent).where(AuditEvent.event == event)).all())


def stops(town: Town, request_id: UUID, day: date, by: Nurse | None = None) -> bool:
    who = by or town.orientation_nurse
    with transaction():
        request = db.session.get_one(CareRequest, request_id)
        return planning.stop(request, day, "guéri", whole=by is None, by=who.account, now=clock.now())


def replans(town: Town, request_id: UUID, day: date, visits: object, *endless: object) -> Replanned:
    with transaction():
        request = db.session.get_one(CareRequest, request_id)
        return planning.replan(request, day, visits, *endless, by=town.orientation_nurse.account, now=clock.now())


class TestStopping:
    def test_from_a_day_on_nobody_comes_and_what_was_done_stays(self, town: Town, maya: Nurse) -> None:
        whole = taken_by(town, maya)
        does_all(maya, whole, TOMORROW)
        third = TOMORROW + timedelta(days=2)
        assert stops(town, whole, third)
        assert set(owned(whole)) == {visit for visit in TEN_DAYS if visit.day < third}
        assert count(whole) == "2 passages sur 4, prochain demain matin"
        assert town.request(whole).state is State.STARTED, "she comes once more"
        assert told() == [maya.account_id]
        assert steps(whole)[-1] == "stopped"
        assert audited("plan.stopped") == 1
        assert not stops(town, whole, third), "a second tap"
        assert audited("plan.stopped") == 1

    def test_today_it_ends_and_is_over(self, town: Town, maya: Nurse) -> None:
        whole = taken_by(town, maya)
        does_all(maya, whole, TOMORROW)
        assert stops(town, whole, TOMORROW, by=maya)
        assert town.request(whole).state is State.DONE
        assert set(owned(whole)) == set(TEN_DAYS[:2])
        assert told() == [town.orientation_nurse.account_id], "who asked reads it, and who said it is not told"

    def test_of_care_that_was_not_begun_it_is_not_needed(self, town: Town, maya: Nurse) -> None:
        whole = taken_by(town, maya)
        assert stops(town, whole, TOMORROW)
        assert town.request(whole).state is State.CANCELLED
        assert owned(whole) == {}
        offer = maya.offer()
        assert offer is not None
        assert offer.state.value == "withdrawn"

    def test_who_asked_stops_every_part_and_who_comes_her_own(self, town: Town, maya: Nurse) -> None:
        whole = taken_by(town, maya)
        third = TOMORROW + timedelta(days=2)
        does_all(maya, whole, TOMORROW)
        with transaction():
            request = db.session.get_one(CareRequest, whole)
            left = relays.leave(request, third, by=maya.account, now=clock.now(), reason="")
            assert left
            rest = left.id
        at_day(TOMORROW + timedelta(days=1), 7)
        assert stops(town, whole, TOMORROW + timedelta(days=1), by=maya)
        assert town.request(rest).state is State.SEARCHING
        assert town.request(whole).state is State.DONE
        assert stops(town, rest, TOMORROW + timedelta(days=4))
        assert len(town.request(rest).visits) == 4, "somebody is still looked for, for less"
        assert stops(town, rest, TOMORROW + timedelta(days=1))
        assert town.request(rest).state is State.CANCELLED

    def test_without_an_end_it_has_one(self, town: Town, maya: Nurse) -> None:
        rhythm, today = Rhythm(TOMORROW, ("morning",)), clock.paris(clock.now()).date()
        far = today + AHEAD + timedelta(days=5)
        whole = taken_by(town, maya, visits=rhythm.visits(TOMORROW, today + AHEAD), rhythm=rhythm, review_on=far)
        assert stops(town, whole, far)
        request = town.request(whole)
        assert (request.rhythm, request.review_on, request.more_at) == (None, None, None)
        assert set(owned(whole)) == set(rhythm.visits(TOMORROW, far - timedelta(days=1)))
        assert not db.session.scalars(select(CareTask).where(CareTask.slug == "review")).all(), "nothing to review"


class TestChanging:
    def test_what_is_to_come_is_another_and_what_was_done_stays(self, town: Town, maya: Nurse) -> None:
        whole = taken_by(town, maya)
        does_all(maya, whole, TOMORROW)
        third = TOMORROW + timedelta(days=2)
        middays = planned(third, third + timedelta(days=3), ["midday"])
        assert replans(town, whole, third, middays) is Replanned.DONE
        assert set(owned(whole)) == {*TEN_DAYS[:4], *middays}
        assert count(whole) == "2 passages sur 8, prochain demain matin"
        assert told() == [maya.account_id]
        assert replans(town, whole, third, middays) is Replanned.DONE, "a second tap"
        assert audited("plan.changed") == 1

    def test_longer_and_without_an_end(self, town: Town, maya: Nurse) -> None:
        whole, rhythm = taken_by(town, maya), Rhythm(TOMORROW, ("morning",))
        today = clock.paris(clock.now()).date()
        review = today + timedelta(days=40)
        series = rhythm.visits(TOMORROW, today + AHEAD)
        assert replans(town, whole, TOMORROW, series, rhythm, review) is Replanned.DONE
        assert set(owned(whole)) == set(series)
        task = db.session.scalars(select(CareTask).where(CareTask.slug == "review")).one()
        assert clock.paris(task.due_at).date() == review

    def test_never_what_somebody_else_has(self, town: Town, maya: Nurse) -> None:
        whole, third = taken_by(town, maya), TOMORROW + timedelta(days=2)
        with transaction():
            request = db.session.get_one(CareRequest, whole)
            assert relays.leave(request, third, by=maya.account, now=clock.now(), reason="")
        assert replans(town, whole, TOMORROW, planned(TOMORROW, third, ["morning"])) is Replanned.SHARED
        assert set(owned(whole)) == set(TEN_DAYS[:4]), "nothing was touched"
        endless = Rhythm(TOMORROW, ("evening",))
        assert replans(town, whole, TOMORROW, [Visit(TOMORROW, "evening")], endless, third) is Replanned.SHARED

    def test_nothing_to_come_is_not_a_plan(self, town: Town, maya: Nurse) -> None:
        whole = taken_by(town, maya)
        does_all(maya, whole, TOMORROW)
        assert replans(town, whole, TOMORROW, TEN_DAYS[:2]) is Replanned.EMPTY

    def test_while_she_is_in_hospital_the_new_passages_stand_still_too(self, town: Town, maya: Nurse) -> None:
        whole = taken_by(town, maya)
        at_day(TOMORROW)
        says(maya, whole, TOMORROW, state="hospitalised")
        later = planned(TOMORROW, TOMORROW + timedelta(days=20), ["midday"])
        assert replans(town, whole, TOMORROW, later) is Replanned.DONE
        rows = db.session.scalars(select(Passage).where(Passage.moment == "midday")).all()
        assert len(rows) == 21
        assert all(row.held for row in rows)


def test_care_without_an_end_is_renewed(town: Town, maya: Nurse) -> None:
    rhythm, today = Rhythm(TOMORROW, ("morning",)), clock.paris(clock.now()).date()
    first, then = today + timedelta(days=10), today + timedelta(days=40)
    whole = taken_by(town, maya, visits=rhythm.visits(TOMORROW, today + AHEAD), rhythm=rhythm, review_on=first)
    for _ in range(2):
        with transaction():
            request = db.session.get_one(CareRequest, whole)
            assert planning.renew(request, then, by=town.orientation_nurse.account, now=clock.now())
    assert town.request(whole).review_on == then
    assert set(owned(whole)) == set(read_visits(town.request(whole).visits))
    [task] = db.session.scalars(select(CareTask).where(CareTask.slug == "review"))
    assert clock.paris(task.due_at).date() == then
    assert steps(whole).count("renewed") == audited("plan.renewed") == 1
    with transaction():
        care_requests.move(db.session.get_one(CareRequest, whole), Verb.START, now=clock.now())
        care_requests.move(db.session.get_one(CareRequest, whole), Verb.FINISH, now=clock.now())
    assert not db.session.scalars(select(CareTask).where(CareTask.slug == "review")).all(), "nothing to look at again"
    finite = taken_by(town, maya)
    with transaction():
        request = db.session.get_one(CareRequest, finite)
        assert not planning.renew(request, then, by=town.orientation_nurse.account, now=clock.now())


class TestScreens:
    def test_the_ward_changes_then_stops_it(self, town: Town, maya: Nurse) -> None:
        whole = taken_by(town, maya)
        follow, ward = f"/requests/{whole}", town.orientation_nurse
        page = ward.get(follow).text
        assert f"{follow}/plan/change?back={follow}" in page
        assert f"{follow}/plan/end?back={follow}" in page
        asked = ward.get(f"{follow}/plan/change?back={follow}").text
        assert 'value="1"' in asked
        assert "checked" in asked, "as the plan is now"
        third = TOMORROW + timedelta(days=2)
        form = {"day": f"{third:%d/%m/%Y}", "plan": "2", "moments": ["midday"], "ends": "number", "number": "3"}
        wrong = ward.post(f"{follow}/plan/change", {**form, "moments": [], "back": follow})
        assert wrong.status_code == 422
        assert "Choisissez au moins un moment." in wrong.text
        answer = ward.post(f"{follow}/plan/change", {**form, "back": follow})
        assert (answer.status_code, answer.location) == (303, follow)
        assert {visit for visit in owned(whole) if visit.day >= third} == set(
            planned(third, third + timedelta(days=4), ["midday"], every=2)
        )
        stop = {"day": f"{third:%d/%m/%Y}", "reason": "healed", "back": follow}
        assert ward.post(f"{follow}/plan/end", {**stop, "reason": ""}).status_code == 422
        assert ward.post(f"{follow}/plan/end", {**stop, "day": "01/01/2027"}).status_code == 422
        assert ward.post(f"{follow}/plan/end", stop).location == follow
        assert "Les soins ne sont plus nécessaires" in ward.get(follow).text

    def test_who_comes_ends_it_and_does_not_change_it(self, town: Town, maya: Nurse) -> None:
        whole = taken_by(town, maya)
        offer = maya.offer()
        assert offer is not None
        back = f"/offers/{offer.id}"
        assert f"/requests/{whole}/plan/end" in maya.get(back).text
        assert maya.get(f"/requests/{whole}/plan/change").status_code == 404
        assert town.nurse("Nour").get(f"/requests/{whole}/plan/end").status_code == 404
        at_day(TOMORROW)
        says(maya, whole, TOMORROW)
        form = {"day": f"{TOMORROW:%d/%m/%Y}", "reason": "healed", "back": back}
        for _ in range(2):
            assert maya.post(f"/requests/{whole}/plan/end", form).location == back, "a second tap, too"
        assert town.request(whole).state is State.DONE
        assert maya.get(back).status_code == 200

    def test_the_ward_says_that_it_goes_on(self, town: Town, maya: Nurse) -> None:
        rhythm, today = Rhythm(TOMORROW, ("morning",), weekdays=(0, 1, 2, 3, 4)), clock.paris(clock.now()).date()
        asked = {"visits": rhythm.visits(TOMORROW, today + AHEAD), "rhythm": rhythm}
        whole = taken_by(town, maya, **asked, review_on=today + timedelta(days=3))
        at_day(today + timedelta(days=3), 10)
        town.time_passes()
        follow, ward = f"/requests/{whole}", town.orientation_nurse
        assert f"{follow}/plan/review" in ward.get(follow).text
        assert "arrêter les soins" in ward.get(f"{follow}/plan/review").text
        assert ward.post(f"{follow}/plan/review", {"review_on": "12/03/1948", "back": follow}).status_code == 422
        then = clock.paris(clock.now()).date() + timedelta(days=30)
        form = {"review_on": f"{then:%d/%m/%Y}", "back": follow}
        assert ward.post(f"{follow}/plan/review", form).location == follow
        assert town.request(whole).review_on == then


def test_the_page_of_the_person_says_how_far_it_came_and_that_it_ends(town: Town, maya: Nurse) -> None:
    whole = taken_by(town, maya)
    her = f"/patients/{town.request(whole).patient_id}"
    does_all(maya, whole, TOMORROW)
    ward = town.orientation_nurse
    assert "2 passages sur 20, prochain demain matin" in words(ward.get(her))
    assert "fin des soins" not in words(ward.get(her))
    assert stops(town, whole, TOMORROW + timedelta(days=2))
    assert "2 passages sur 4, prochain demain matin, fin des soins le 26 novembre" in words(ward.get(her))
    assert stops(town, whole, TOMORROW + timedelta(days=1))
    assert "2 passages sur 2, fin des soins le 25 novembre" in words(maya.get(her))
