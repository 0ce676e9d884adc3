"""Ten days of dressings, and what happens when who does them cannot go on."""

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.appointments import actions as appointments
from app.care_requests.models import CareRequest, State
from app.core.db import db, transaction
from app.dispatch.models import Offer, OfferState
from app.dispatch.queries import reach
from app.relays import actions as relays
from tests.factories.town import Nurse, Town, role_of
from tests.inbox.plans import shares_a_practice
from tests.passages.care import TEN_DAYS, TOMORROW, at_day, count, does_all, owned, parts, passage, says, taken_by

DAY_3 = TOMORROW + timedelta(days=2)


@pytest.fixture
def town(app: Flask) -> Town:
    return Town(app)


def leaves(nurse: Nurse, request_id: UUID, day: object, to: Nurse | None = None) -> UUID | None:
    with transaction():
        left = relays.leave(
            db.session.get_one(CareRequest, request_id),
            day,
            by=nurse.account,
            now=clock.now(),
            reason="Je suis malade",
            to=role_of(to) if to else None,
        )
        return left.id if left else None


def test_a_nurse_who_falls_ill_on_the_third_day(town: Town) -> None:
    maya, hugo = town.nurse("Maya", phone=False), town.nurse("Hugo", km=2, phone=False)
    whole = taken_by(town, maya)
    for day in (TOMORROW, TOMORROW + timedelta(days=1)):
        does_all(maya, whole, day)
    assert town.request(whole).state is State.STARTED
    at_day(DAY_3, 8)
    assert says(maya, whole, DAY_3) == "said"
    assert count(whole) == "5 passages sur 20, prochain ce soir"
    rest = leaves(maya, whole, DAY_3)
    assert rest is not None
    hers, left = town.request(whole), town.request(rest)
    assert (hers.state, hers.performer_id, len(hers.visits)) == (State.DONE, maya.role_id, 5), "what she did stays hers"
    assert (left.state, len(left.visits)) == (State.SEARCHING, 15)
    assert left.answer_by > clock.now() + timedelta(hours=20), "there is time to find somebody"
    assert count(whole) == "5 passages sur 20"
    town.time_passes(seconds=1)
    asked = db.session.scalars(select(Offer.recipient_id).where(Offer.request_id == rest)).all()
    assert asked == [hugo.practitioner_id], "who leaves is not asked again"
    assert hugo.accepts() == 200
    assert count(whole) == "5 passages sur 20, prochain ce soir"
    assert says(hugo, whole, DAY_3, "evening") == "said"
    assert town.request(rest).state is State.STARTED
    at_day(DAY_3 + timedelta(days=1))
    assert says(hugo, whole, DAY_3 + timedelta(days=1)) == "said"
    assert count(whole) == "7 passages sur 20, prochain ce soir"
    owners = owned(whole)
    assert len(owners) == 20
    assert {visit for visit, role in owners.items() if role == maya.role_id} == set(TEN_DAYS[:5])


def test_who_leaves_from_a_day_stays_until_then(town: Town) -> None:
    maya, hugo = town.nurse("Maya", phone=False), town.nurse("Hugo", km=2, phone=False)
    whole = taken_by(town, maya)
    does_all(maya, whole, TOMORROW)
    rest = leaves(maya, whole, TOMORROW + timedelta(days=5))
    assert rest is not None
    assert town.request(whole).state is State.STARTED
    assert len(town.request(whole).visits) == 10
    assert town.request(rest).window_start == clock.midnight(TOMORROW + timedelta(days=5))
    town.time_passes(seconds=1)
    assert hugo.accepts() == 200
    assert set(owned(whole).values()) == {maya.role_id, hugo.role_id}
    assert leaves(maya, whole, TOMORROW + timedelta(days=20)) is None, "there is nothing to hand over"


def test_a_plan_that_has_not_begun_is_given_back_whole(town: Town) -> None:
    maya, hugo = town.nurse("Maya", phone=False), town.nurse("Hugo", km=2, phone=False)
    whole = taken_by(town, maya)
    at_day(TOMORROW, 10)
    assert leaves(maya, whole, TOMORROW) == whole
    assert town.request(whole).state is State.SEARCHING
    assert owned(whole) == {}
    town.time_passes(seconds=1)
    assert hugo.accepts() == 200
    assert len(owned(whole)) == 20


def test_the_rest_nobody_takes_is_in_the_hands_of_a_human(town: Town) -> None:
    maya = town.nurse("Maya", phone=False)
    whole = taken_by(town, maya)
    does_all(maya, whole, TOMORROW)
    rest = leaves(maya, whole, TOMORROW + timedelta(days=1))
    assert rest is not None
    town.time_passes(hours=48)
    assert (town.request(rest).state, town.request(rest).coordinator_id) == (
        State.UNANSWERED,
        town.coordinator.account_id,
    )


def test_a_locum_of_another_practice_is_asked_first_and_alone(town: Town) -> None:
    maya, hugo = town.nurse("Maya", phone=False), town.nurse("Hugo", km=2, phone=False)
    ines = town.nurse("Inès", km=40, phone=False)
    whole = taken_by(town, maya)
    does_all(maya, whole, TOMORROW)
    rest = leaves(maya, whole, DAY_3, to=ines)
    town.time_passes(seconds=1)
    assert (hugo.offer(), ines.offer().request_id) == (None, rest)
    assert ines.offer().relayed_by == "Maya Dupré"
    assert ines.accepts() == 200
    assert owned(whole)[TEN_DAYS[-1]] == ines.role_id


def test_a_locum_who_does_not_answer_does_not_stop_the_search(town: Town) -> None:
    maya, hugo = town.nurse("Maya", phone=False), town.nurse("Hugo", km=2, phone=False)
    ines = town.nurse("Inès", km=40, phone=False)
    whole = taken_by(town, maya)
    does_all(maya, whole, TOMORROW)
    leaves(maya, whole, DAY_3, to=ines)
    assert ines.refuses() == 200
    town.time_passes(seconds=1)
    assert hugo.accepts() == 200


def test_a_relay_within_the_practice_is_no_refusal_in_any_figure(town: Town) -> None:
    maya, ines = town.nurse("Maya", phone=False), town.nurse("Inès", phone=False)
    shares_a_practice(maya, ines)
    whole = taken_by(town, maya)
    does_all(maya, whole, TOMORROW)
    rest = leaves(maya, whole, DAY_3, to=ines)
    assert ines.accepts() == 200
    db.session.rollback()
    figures = reach([whole, rest])
    assert sum(each.refused for each in figures.values()) == 0
    states = db.session.scalars(select(Offer.state).where(Offer.request_id.in_([whole, rest]))).all()
    assert set(states) == {OfferState.WON}
    assert [each.state for each in parts(whole)] == [State.STARTED, State.ACCEPTED]
    assert passage(whole, DAY_3).role_id == ines.role_id


def test_the_patient_s_link_leads_to_whoever_comes_now(town: Town) -> None:
    maya, hugo = town.nurse("Maya", phone=False), town.nurse("Hugo", km=2, phone=False)
    whole = taken_by(town, maya)
    with transaction():
        visit = appointments.prepare(db.session.get_one(CareRequest, whole), clock.now())
        link = f"/p/{appointments.link_token_for(visit.id, None)}"
    does_all(maya, whole, TOMORROW)
    leaves(maya, whole, TOMORROW + timedelta(days=1))
    town.time_passes(seconds=1)
    assert hugo.accepts() == 200
    at_day(TOMORROW + timedelta(days=8))
    page = town.stranger().get(link)
    assert page.status_code == 200, "it lives as long as the plan"
    assert "Hugo Dupré" in page.text
    assert "2 passages sur 20" in page.text
