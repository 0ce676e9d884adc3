"""Who finds and opens a person: because she was registered there, was asked for there, or is cared for by them."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import delete, select

from app import clock
from app.accounts.models import Membership, Role
from app.care_requests import actions as care_requests
from app.care_requests import opening
from app.care_requests.carers import AFTERCARE
from app.care_requests.rules import Verb
from app.circles import actions as circles
from app.circles.models import Told, Usual
from app.core.db import db, transaction
from app.directory.models import Practitioner, PractitionerRole, Profession
from app.patients import queries
from app.patients.models import Cause, Patient, Relation
from tests.factories.town import Person, Town


@pytest.fixture
def monique(town: Town) -> UUID:
    return town.patient()


def opens(person: Person, patient: UUID) -> bool:
    db.session.rollback()
    return queries.may_open(person.account, patient, clock.now())


def finds(person: Person, typed: str = "12031948 mar") -> list[UUID]:
    db.session.rollback()
    reach = queries.openable_by(person.account, clock.now())
    return [found.id for found in queries.search(typed, reach, clock.now().date()).people]


def says(town: Town, request: UUID, verb: Verb, by: Person) -> None:
    with transaction():
        assert care_requests.move(care_requests.lock(request), verb, by=by.account, now=clock.now())


def asks(town: Town, patient: UUID, by: Person, need: str = "home-care") -> UUID:
    return town.asks(need, patient=patient, by=by)


def held(patient: UUID, why: Cause) -> list[Relation]:
    db.session.rollback()
    return list(db.session.scalars(select(Relation).where(Relation.patient_id == patient, Relation.why == why)))


def test_who_registered_her_finds_her_again_a_year_later_and_nobody_else_does(town: Town, monique: UUID) -> None:
    elsewhere = town.requester()
    clock.advance(timedelta(days=365))
    assert (finds(town.orientation_nurse), finds(elsewhere)) == ([monique], [])
    assert (opens(town.orientation_nurse, monique), opens(elsewhere, monique)) == (True, False)
    assert not opens(town.coordinator, monique), "a territory is no circle of care"


def test_who_accepts_opens_her_and_who_gives_back_does_no_more(town: Town, monique: UUID) -> None:
    maya, ines = town.nurse("Maya"), town.nurse("Inès", km=2)
    request = asks(town, monique, town.orientation_nurse)
    town.time_passes(seconds=1)
    assert not opens(maya, monique), "being asked is not caring"
    maya.accepts()
    assert (opens(maya, monique), opens(ines, monique)) == (True, False)
    says(town, request, Verb.WITHDRAW, maya)
    assert not opens(maya, monique)
    [acceptance] = held(monique, Cause.ACCEPTANCE)
    assert (acceptance.practitioner_id, acceptance.until) == (maya.practitioner_id, clock.now())


def test_who_cared_answers_for_it_for_a_while(town: Town, monique: UUID) -> None:
    maya = town.nurse("Maya")
    request = asks(town, monique, town.orientation_nurse)
    town.time_passes(seconds=1)
    maya.accepts()
    says(town, request, Verb.START, maya)
    says(town, request, Verb.FINISH, maya)
    clock.advance(AFTERCARE - timedelta(minutes=1))
    assert opens(maya, monique)
    clock.advance(timedelta(minutes=1))
    assert not opens(maya, monique)
    asks(town, monique, town.orientation_nurse)
    town.time_passes(seconds=1)
    maya.accepts()
    assert opens(maya, monique), "cared for again"


def test_one_end_does_not_end_what_another_request_causes(town: Town, monique: UUID) -> None:
    maya = town.nurse("Maya")
    first, second = (asks(town, monique, town.orientation_nurse) for _ in range(2))
    town.time_passes(seconds=1)
    for offer in (first, second):
        with transaction():
            role = maya.offer().role
            care_requests.move(care_requests.lock(offer), Verb.ACCEPT, by=maya.account, performer=role, now=clock.now())
    assert len(held(monique, Cause.ACCEPTANCE)) == 1, "twice the same is once"
    says(town, first, Verb.CANCEL, town.orientation_nurse)
    assert opens(maya, monique)
    assert held(monique, Cause.REQUEST)[0].until is None
    says(town, second, Verb.CANCEL, town.orientation_nurse)
    assert not opens(maya, monique)
    assert held(monique, Cause.REQUEST)[0].until == clock.now() + AFTERCARE


def test_a_service_that_accepts_is_its_people(town: Town, monique: UUID) -> None:
    ward = town.service("Soins de suite", Profession.WARD)
    request = asks(town, monique, town.orientation_nurse)
    with transaction():
        performer = db.session.get_one(PractitionerRole, ward.role_id)
        care_requests.move(
            care_requests.lock(request), Verb.ACCEPT, by=ward.account, performer=performer, now=clock.now()
        )
    assert opens(ward, monique)


def test_the_usual_nurse_opens_her_until_another_is(town: Town) -> None:
    maya, ines, midwife = town.nurse("Maya"), town.nurse("Inès"), town.professional("Lou", Profession.MIDWIFE)
    monique = town.patient(usual=[maya, midwife])
    assert (opens(maya, monique), opens(midwife, monique), opens(ines, monique)) == (True, True, False)
    with transaction():
        circles.set_usual(
            monique,
            Usual.herself(db.session.get_one(Practitioner, ines.practitioner_id)),
            told=Told.NAMED,
            now=clock.now(),
        )
    assert (opens(maya, monique), opens(midwife, monique), opens(ines, monique)) == (False, True, True)


def test_who_works_there_no_more_opens_her_no_more(town: Town) -> None:
    maya = town.nurse("Maya")
    monique = town.patient(usual=[maya])
    with transaction():
        for person in (maya, town.orientation_nurse):
            db.session.delete(db.session.scalars(select(Membership).filter_by(account_id=person.account_id)).one())
    assert (opens(maya, monique), opens(town.orientation_nurse, monique)) == (False, False)


def test_at_a_shared_tablet_the_wards_relations_count_and_ones_own_do_not(town: Town) -> None:
    maya = town.nurse("Maya")
    hers, wards = town.patient("Odile", usual=[maya]), town.patient("Monique")
    with transaction():
        db.session.execute(delete(Relation).where(Relation.patient_id == hers, Relation.why == Cause.ENTERED))
        here = Membership(account_id=maya.account_id, organization_id=town.emergency_id, role=Role.REQUESTER)
        db.session.add(here)
    assert (opens(maya, hers), opens(maya, wards)) == (True, True)
    account = maya.account
    account.only_at = town.emergency_id
    assert [queries.may_open(account, each, clock.now()) for each in (hers, wards)] == [False, True]


def test_another_house_asks_for_her_in_its_own_name(town: Town, monique: UUID) -> None:
    """The maternity asks for whom the emergency department registered: the request is the maternity's."""
    maternity = town.requester("Claire", "Maternité")
    home = maternity.account.memberships[0].organization_id
    with transaction():
        need = town.need("home-care")
        patient = db.session.get_one(Patient, monique)
        opened = opening.open_request(need, patient, organization_id=home, by=maternity.account, now=clock.now())
        assert opened.organization_id == home
    assert opens(maternity, monique)
    assert finds(maternity) == finds(town.orientation_nurse) == [monique]


def test_nobody_is_found_by_another_day(town: Town, monique: UUID) -> None:
    town.patient("Odile", born=date(1950, 1, 1))
    assert finds(town.orientation_nurse, "01011950") != [monique]
