"""Somebody whom the search did not ask: asked by her name, or found by telephone."""

from uuid import UUID

import pytest
from sqlalchemy import func, select

from app import clock
from app.care_requests.models import State
from app.consents.models import Refusing
from app.consents.objections import Whom, object_to
from app.core.db import db, transaction
from app.directory.models import Practitioner, Profession
from app.dispatch.models import OfferState
from app.language.phrases import told
from tests.factories.town import Nurse, Person, Town, role_of
from tests.inbox.screen import Screen
from tests.supervision.test_nobody import refused_by

BY_HAND = {"given_name": "Odile", "family_name": "Perrin", "phone": "06 39 98 07 07"}


@pytest.fixture
def unanswered(town: Town) -> UUID:
    return refused_by(town, town.nurse("Maya"))


@pytest.fixture
def far(town: Town) -> Nurse:
    """Farther than the search goes, and than the list to call."""
    return town.nurse("Zoé", km=70)


def namers(town: Town) -> list[Person]:
    return [town.coordinator, town.orientation_nurse]


def page(person: Person, request: UUID, typed: str = "") -> Screen:
    screen = Screen(person.get(f"/requests/{request}/somebody?q={typed}"))
    assert screen.is_sound()
    return screen


def names(person: Person, request: UUID, whom: Nurse, act: str) -> int:
    return person.post(f"/requests/{request}/somebody/{act}", {"role": str(whom.role_id)}).status_code


@pytest.mark.parametrize("who", [0, 1], ids=["coordinator", "requester"])
def test_she_is_asked_first_then_the_search_goes_on(town: Town, unanswered: UUID, far: Nurse, who: int) -> None:
    later, person = town.nurse("Inès", km=2), namers(town)[who]
    shown = page(person, unanswered, "zoe dup")
    assert f"named-{far.role_id}" in shown.ids
    assert "Marchand" not in shown.html.replace("MARCHAND", "Marchand"), "nobody needs the patient's name to call"
    assert "Réponse avant" in shown.text or "réponse avant" in shown.text
    assert names(person, unanswered, far, "asking") == 303
    town.time_passes(minutes=1)
    offer = far.offer()
    assert offer is not None and offer.state is OfferState.OPEN
    assert told(offer.rank_line) == f"demandée par son nom par {person.account.name}"
    assert not offer.knows_patient
    assert later.offer() is None, "the search waits for her answer"
    assert town.request(unanswered).state is State.SEARCHING
    assert f"Demandée par son nom {person.account.name}" in Screen(
        town.orientation_nurse.get(f"/requests/{unanswered}")
    ).text.replace("\xa0", " ")
    assert far.refuses() == 200
    town.time_passes(minutes=1)
    assert later.offer() is not None


def test_what_she_accepts_is_hers_as_any_other(town: Town, unanswered: UUID, far: Nurse) -> None:
    assert names(town.coordinator, unanswered, far, "asking") == 303
    town.time_passes(seconds=1)
    assert "MARCHAND" not in Screen(far.get(f"/offers/{far.offer().id}")).text
    assert far.accepts() == 200
    assert town.request(unanswered).performer_id == far.role_id


def test_a_search_that_runs_goes_on_meanwhile(town: Town, far: Nurse) -> None:
    maya = town.nurse("Maya")
    asked = town.asks()
    town.time_passes(seconds=1)
    assert names(town.orientation_nurse, asked, far, "asking") == 303
    assert [one.offer().state for one in (maya, far)] == [OfferState.OPEN, OfferState.OPEN]
    assert names(town.orientation_nurse, asked, far, "asking") == 409, "it is before her already"
    assert "prévenu, réponse attendue" in page(town.orientation_nurse, asked, "zoe").text


def test_why_somebody_is_not_asked_is_said(town: Town, unanswered: UUID, far: Nurse) -> None:
    rose, paused = town.nurse("Rose", km=71), town.nurse("Paula", km=72)
    with transaction():
        db.session.get_one(Practitioner, rose.practitioner_id).account_id = None
        role_of(paused).accepting = False
    for typed, why in [("rose", "ne répond pas dans Relais"), ("paula", "en pause"), ("maya", "a déjà répondu")]:
        shown = page(town.coordinator, unanswered, typed)
        assert why in shown.text
        assert "Lui demander :" not in shown.html
        assert "tel:+33639980001" in shown.html
    for somebody in (rose, paused):
        assert names(town.coordinator, unanswered, somebody, "asking") == 409
        assert somebody.offer() is None
    assert town.request(unanswered).state is State.UNANSWERED


def test_whom_the_patient_refuses_is_neither_found_nor_asked(town: Town, unanswered: UUID, far: Nurse) -> None:
    patient = town.request(unanswered).patient_id
    assert patient is not None
    with transaction():
        whom = Whom(Refusing.SOMEBODY, practitioner_id=far.practitioner_id)
        object_to(patient, whom, how="spoken", by=None, now=clock.now())
    assert f"named-{far.role_id}" not in page(town.coordinator, unanswered, "zoe").ids
    for act in ("asking", "yes"):
        answer = town.coordinator.post(f"/requests/{unanswered}/somebody/{act}", {"role": str(far.role_id)})
        assert answer.status_code == 409
        assert "ne veut pas de ce professionnel" in Screen(answer).text
    assert far.offer() is None
    assert town.request(unanswered).state is State.UNANSWERED


@pytest.mark.parametrize("who", [0, 1], ids=["coordinator", "requester"])
def test_she_said_yes_by_telephone(town: Town, unanswered: UUID, far: Nurse, who: int) -> None:
    person = namers(town)[who]
    assert names(person, unanswered, far, "yes") == 303
    request = town.request(unanswered)
    assert (request.state, request.performer_id) == (State.ACCEPTED, far.role_id)
    assert names(person, unanswered, far, "yes") == 409
    assert "Plus personne à chercher" in page(person, unanswered).text


@pytest.mark.parametrize("who", [0, 1], ids=["coordinator", "requester"])
def test_somebody_whom_no_directory_knows_said_yes(town: Town, unanswered: UUID, who: int) -> None:
    person, url = namers(town)[who], f"/requests/{unanswered}/somebody"
    wrong = person.post(url, BY_HAND | {"phone": "06 39"})
    assert (wrong.status_code, "nombre de chiffres" in wrong.text, 'value="Perrin"' in wrong.text) == (422, True, True)
    assert person.post(url, BY_HAND).status_code == 303
    request = town.request(unanswered)
    assert request.state is State.ACCEPTED
    assert request.performer is not None and request.performer.name == "Odile Perrin"
    assert (request.performer.phone, request.performer.can_sign_in) == ("+33639980707", False)
    followed = Screen(town.orientation_nurse.get(f"/requests/{unanswered}")).text
    assert "Odile Perrin" in followed and "par téléphone" in followed
    assert person.post(url, BY_HAND).status_code == 409


def test_named_twice_she_is_one_person_and_found_by_her_name(town: Town, unanswered: UUID) -> None:
    assert town.coordinator.post(f"/requests/{unanswered}/somebody", BY_HAND).status_code == 303
    other = town.asks(patient=town.patient("Marcel"))
    town.time_passes(days=3)
    assert "Odile Perrin" in page(town.coordinator, other, "perrin").text
    assert town.coordinator.post(f"/requests/{other}/somebody", BY_HAND).status_code == 303
    db.session.rollback()
    hers = select(func.count()).select_from(Practitioner).where(Practitioner.family_name == "Perrin")
    assert db.session.scalar(hers) == 1
    assert town.request(other).performer_id == town.request(unanswered).performer_id


@pytest.mark.parametrize("role", ["", "nonsense", "01900000-0000-7000-8000-000000000000"])
@pytest.mark.parametrize("act", ["asking", "yes"])
def test_nobody_chosen_is_said(town: Town, unanswered: UUID, role: str, act: str) -> None:
    answer = town.coordinator.post(f"/requests/{unanswered}/somebody/{act}", {"role": role})
    assert answer.status_code == 422
    assert "Choisissez quelqu'un de la liste." in Screen(answer).text.replace("’", "'")


def test_of_another_profession_nobody_comes(town: Town, unanswered: UUID) -> None:
    doctor = town.doctor("Paul")
    assert [names(town.coordinator, unanswered, doctor, act) for act in ("asking", "yes")] == [422, 422]
    by_hand = BY_HAND | {"profession": Profession.DOCTOR.value}
    assert town.coordinator.post(f"/requests/{unanswered}/somebody", by_hand).status_code == 303
    performer = town.request(unanswered).performer
    assert performer is not None and performer.profession is Profession.NURSE, "the one that the need asks"


def test_another_house_names_nobody(town: Town, unanswered: UUID, far: Nurse) -> None:
    stranger = town.requester()
    assert stranger.get(f"/requests/{unanswered}/somebody").status_code == 404
    assert [names(stranger, unanswered, far, act) for act in ("asking", "yes")] == [404, 404]
    assert stranger.post(f"/requests/{unanswered}/somebody", BY_HAND).status_code == 404
