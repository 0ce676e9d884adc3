"""A professional leaves, by herself or not: nobody who counts on her is forgotten, and her phone is silent."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from app import clock
from app.accounts.models import Membership, Role
from app.appointments import actions as appointments
from app.appointments.models import Appointment
from app.care_requests import actions as care_requests
from app.care_requests.models import CareRequest, State, Step, Verb
from app.core.db import db, transaction
from app.directory.models import PractitionerRole, Profession
from app.dispatch.models import OfferState
from app.language.typography import plain
from app.membership import closing
from app.membership.leaving import leave
from app.push.models import Message, MessageState, Subscription
from tests.factories.town import Nurse, Person, Town, role_of


def removed(person: Person, place: UUID, by: Person) -> None:
    """As `members.remove` does, whoever may."""
    with transaction():
        leave(person.account_id, place, by=by.account_id, now=clock.now())


def practice_of(nurse: Nurse) -> UUID:
    return db.session.get_one(PractitionerRole, nurse.role_id).organization_id


def works_at(person: Person, place: UUID, role: Role) -> None:
    with transaction():
        db.session.add(Membership(account_id=person.account_id, organization_id=place, role=role))


def steps(request: UUID) -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Step.kind).where(Step.request_id == request).order_by(Step.id)))


# By herself


def test_her_patients_are_handed_over_first(town: Town) -> None:
    maya = town.nurse("Maya")
    town.asks()
    town.time_passes(seconds=1)
    assert maya.accepts() == 200
    assert "Vous suivez encore un patient" in maya.get("/account/closing").text
    assert maya.post("/account/closing", {"sure": "y"}).status_code == 409
    offer = maya.offer()
    assert offer is not None
    maya.post(f"/offers/{offer.id}/withdrawal", {"reason": "full"})
    assert maya.post("/account/closing", {"sure": "y"}).status_code == 303
    assert maya.get("/inbox").status_code == 303


def test_what_she_was_asked_goes_to_another_at_once(town: Town) -> None:
    maya, ines = town.nurse("Maya", km=1), town.nurse("Inès", km=2)
    first = town.asks()
    town.time_passes(seconds=1)
    assert maya.offer() is not None
    assert maya.post("/account/closing", {"sure": "y"}).status_code == 303
    town.time_passes(seconds=1)
    offer = maya.offer()
    assert offer is not None and offer.state is OfferState.WITHDRAWN
    hers = ines.offer()
    assert hers is not None and hers.request_id == first
    assert ines.accepts() == 200


def test_nothing_rings_for_her_and_nothing_is_offered_any_more(town: Town) -> None:
    maya = town.nurse("Maya")
    with transaction():
        assert closing.close(maya.account_id, now=clock.now())
    assert db.session.scalars(select(Subscription)).all() == []
    assert not role_of(maya).can_sign_in
    town.asks()
    town.time_passes(seconds=1)
    assert maya.offer() is None
    assert maya.notices() == []


# Removed, which cannot wait


def test_removed_from_her_last_organization_she_is_not_chosen_and_her_phone_is_silent(town: Town) -> None:
    maya, ines = town.nurse("Maya", km=1), town.nurse("Inès", km=2)
    patient = town.patient(usual=[maya])
    removed(maya, practice_of(maya), town.coordinator)
    town.asks(patient=patient)
    town.time_passes(seconds=1)
    assert maya.offer() is None, "neither as the usual one nor as the nearest"
    assert maya.notices() == []
    assert ines.offer() is not None


def test_what_she_was_asked_is_closed_and_the_next_is_asked(town: Town) -> None:
    maya = town.nurse("Maya", km=1)
    request = town.asks()
    town.time_passes(seconds=1)
    assert maya.offer() is not None
    ines = town.nurse("Inès", km=2)
    removed(maya, practice_of(maya), town.coordinator)
    rang = len(maya.notices())
    town.time_passes(seconds=1)
    offer, hers = maya.offer(), ines.offer()
    assert offer is not None and offer.state is OfferState.WITHDRAWN
    assert hers is not None and hers.request_id == request
    town.time_passes(minutes=30)
    assert len(maya.notices()) == rang, "nor by mail or SMS later"
    waiting = select(Message).where(Message.account_id == maya.account_id, Message.state == MessageState.PENDING)
    assert db.session.scalars(waiting).all() == []


def test_whom_she_was_to_care_for_is_looked_for_again(town: Town) -> None:
    maya = town.nurse("Maya", km=1)
    request = town.asks()
    town.time_passes(seconds=1)
    assert maya.accepts() == 200
    with transaction():
        appointment = appointments.prepare(db.session.get_one(CareRequest, request), clock.now())
        appointments.propose(appointment, clock.now() + timedelta(hours=2), "home", by=maya.account, now=clock.now())
    ines = town.nurse("Inès", km=2)
    removed(maya, practice_of(maya), town.coordinator)
    town.time_passes(seconds=1)
    assert town.request(request).state is State.SEARCHING
    assert db.session.scalars(select(Appointment)).one().starts_at is None, "no patient waits at that hour"
    hers = ines.offer()
    assert hers is not None and hers.request_id == request
    assert ines.accepts() == 200


def test_where_care_has_begun_the_coordinator_has_it_in_her_hands(town: Town) -> None:
    maya = town.nurse("Maya", km=1)
    request = town.asks()
    town.time_passes(seconds=1)
    assert maya.accepts() == 200
    with transaction():
        care_requests.move(db.session.get_one(CareRequest, request), Verb.START, by=maya.account, now=clock.now())
    removed(maya, practice_of(maya), town.coordinator)
    assert town.request(request).coordinator_id == town.coordinator.account_id
    assert steps(request)[-1] == "left"
    assert "Soins à confier" in town.coordinator.get("/board").text
    assert "à confier" in town.orientation_nurse.get(f"/requests/{request}").text


def test_the_coordinator_has_the_rest_of_it_looked_for(town: Town) -> None:
    maya = town.nurse("Maya", km=1)
    request = town.asks()
    town.time_passes(seconds=1)
    assert maya.accepts() == 200
    with transaction():
        care_requests.move(db.session.get_one(CareRequest, request), Verb.START, by=maya.account, now=clock.now())
    rest = f"/requests/{request}/search/rest"
    assert town.coordinator.post(rest).status_code == 409, "she goes on with it"
    removed(maya, practice_of(maya), town.coordinator)
    ines = town.nurse("Inès", km=2)
    page = town.coordinator.get("/board").text
    assert f'href="/requests/{request}/search"' in page
    assert "Chercher quelqu'un pour la suite" in plain(town.coordinator.get(f"/requests/{request}/search").text)
    assert town.coordinator.post(rest).status_code == 303
    assert town.coordinator.post(rest).status_code == 409, "once"
    assert town.request(request).state is State.DONE
    town.time_passes(seconds=1)
    hers = ines.offer()
    assert hers is not None and hers.request.split_from_id == request
    assert ines.accepts() == 200


def test_losing_one_role_ends_that_place_alone(town: Town) -> None:
    """She answers for a maternity too: her practice's inbox ends, the maternity's does not, and she stays signed in."""
    maya, maternity = town.nurse("Maya"), town.service("Maternité", Profession.MATERNITY)
    place = practice_of(maternity)
    works_at(maya, place, Role.PRACTITIONER)
    request = town.asks()
    town.time_passes(seconds=1)
    offer = maya.offer()
    assert offer is not None and offer.request_id == request
    removed(maya, practice_of(maya), town.coordinator)
    assert maya.get("/inbox").status_code == 200
    assert maya.get(f"/offers/{offer.id}").status_code == 404
    assert not role_of(maya).can_sign_in
    town.asks("maternity-registration", chosen_role_id=maternity.role_id, window="month")
    town.time_passes(seconds=1)
    assert len(maya.notices()) == 2, "her practice's before, the maternity's after"


def test_who_leaves_a_service_leaves_what_it_was_asked_to_her_colleagues(town: Town) -> None:
    maternity = town.service("Maternité", Profession.MATERNITY)
    place = practice_of(maternity)
    other = town._person("Alba", "Accueil", Role.PRACTITIONER, place)
    town.asks("maternity-registration", chosen_role_id=maternity.role_id, window="month")
    town.time_passes(seconds=1)
    removed(other, place, town.coordinator)
    offer = maternity.offer()
    assert offer is not None and offer.state is OfferState.OPEN
    assert maternity.accepts() == 200


def test_a_service_that_nobody_answers_any_more_is_not_asked_and_a_human_knows(town: Town) -> None:
    maternity = town.service("Maternité", Profession.MATERNITY)
    asked = town.asks("maternity-registration", chosen_role_id=maternity.role_id, window="month")
    town.time_passes(seconds=1)
    removed(maternity, practice_of(maternity), town.coordinator)
    town.time_passes(seconds=1)
    offer = maternity.offer()
    assert offer is not None and offer.state is OfferState.WITHDRAWN
    assert town.request(asked).state is State.UNANSWERED
    later = town.asks("maternity-registration", chosen_role_id=maternity.role_id, window="month")
    town.time_passes(seconds=1)
    assert town.request(later).state is State.UNANSWERED
    assert town.request(later).coordinator_id == town.coordinator.account_id
    assert "Maternité" not in town.orientation_nurse.get("/requests/new?pathway=maternity-registration").text


def test_the_last_of_a_service_hands_its_patients_over_before_she_closes(town: Town) -> None:
    maternity = town.service("Maternité", Profession.MATERNITY)
    town.asks("maternity-registration", chosen_role_id=maternity.role_id, window="month")
    town.time_passes(seconds=1)
    assert maternity.accepts() == 200
    assert maternity.post("/account/closing", {"sure": "y"}).status_code == 409
    town._person("Alba", "Accueil", Role.PRACTITIONER, practice_of(maternity))
    assert maternity.post("/account/closing", {"sure": "y"}).status_code == 303


def test_a_coordinator_who_leaves_has_nothing_left_in_her_hands(town: Town) -> None:
    asked = town.asks()
    town.time_passes(seconds=1)
    assert town.request(asked).coordinator_id == town.coordinator.account_id
    second = town._person("Irène", "Relève", Role.COORDINATOR, town.cpts_id)
    removed(town.coordinator, town.cpts_id, second)
    assert town.request(asked).coordinator_id == second.account_id


def test_where_nobody_coordinates_a_colleague_has_what_she_asked_for_in_her_hands(town: Town) -> None:
    colleague = town._person("Karim", "Sy", Role.REQUESTER, town.emergency_id)
    asked = town.asks()
    removed(town.coordinator, town.cpts_id, town.coordinator)
    town.time_passes(seconds=1)
    assert town.request(asked).coordinator_id == town.orientation_nurse.account_id
    removed(town.orientation_nurse, town.emergency_id, colleague)
    assert town.request(asked).coordinator_id == colleague.account_id, "who has left has nothing in her hands"


def test_what_falls_to_nobody_after_she_has_left_falls_to_her_colleague(town: Town) -> None:
    """She asked, left, and only then nobody was left to ask."""
    colleague = town._person("Karim", "Sy", Role.REQUESTER, town.emergency_id)
    maya, asked = town.nurse("Maya"), town.asks()
    town.time_passes(seconds=1)
    removed(town.coordinator, town.cpts_id, town.coordinator)
    removed(town.orientation_nurse, town.emergency_id, colleague)
    assert maya.refuses() == 200
    town.time_passes(days=1)
    assert town.request(asked).state is State.UNANSWERED
    assert town.request(asked).coordinator_id == colleague.account_id


def test_who_asked_for_a_decision_hears_that_nobody_will_take_it(town: Town) -> None:
    senior = town._person("Paule", "Aubry", Role.SENIOR_DOCTOR, town.emergency_id)
    asked = town.asks("ed-reorientation", decider_id=senior.account_id)
    assert town.request(asked).state is State.DRAFT
    removed(senior, town.emergency_id, town.coordinator)
    assert town.request(asked).state is State.CANCELLED


def test_who_is_asked_again_somewhere_is_on_call_again(town: Town) -> None:
    maya = town.nurse("Maya")
    place = practice_of(maya)
    removed(maya, place, town.coordinator)
    works_at(maya, place, Role.PRACTITIONER)
    assert role_of(maya).can_sign_in
