"""The circle of care: named in one tap while asking, asked first, corrected by anybody who may, and by the person."""

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app import clock
from app.care_requests.models import InformationCopy
from app.circles.models import CareTeamMember, Told
from app.circles.queries import usual_member
from app.consents.models import Consent
from app.core.db import db, transaction
from app.directory.actions import accept_requests, replace
from app.directory.models import Practitioner
from app.organizations.models import Organization
from tests.factories.town import Nurse, Town
from tests.inbox.screen import Screen


@pytest.fixture
def town(app: Flask, town: Town) -> Town:
    app.config["WTF_CSRF_ENABLED"] = False
    return town


def usual(patient: object) -> str:
    db.session.rollback()
    found = usual_member(patient, "nurse")  # type: ignore[arg-type]
    return found.name if found else ""


class TestNamingWhileAsking:
    def test_is_one_tap_and_she_is_asked_first_and_alone(self, town: Town) -> None:
        far, near = town.nurse("Claire", km=30), town.nurse("Nadia", km=1)
        patient = town.patient()
        form = town.orientation_nurse.get(f"/requests/new?pathway=home-care&patient={patient}")
        way = f"/patients/{patient}/circle?profession=nurse&pathway=home-care"
        assert way.replace("&", "&amp;") in form.text
        assert "Claire Dupré" in Screen(town.orientation_nurse.get(f"{way}&q=cla")).text
        said = {"practitioner": str(far.practitioner_id), "pathway": "home-care"}
        answer = town.orientation_nurse.post(f"/patients/{patient}/circle", said)
        assert answer.headers["Location"] == f"/requests/new?pathway=home-care&patient={patient}"
        assert "Claire Dupré" in Screen(town.orientation_nurse.get(answer.headers["Location"])).text
        assert usual(patient) == "Claire Dupré"
        assert db.session.scalars(select(Consent.scope).where(Consent.patient_id == patient)).all() == ["circle"]
        town.asks(patient=patient)
        town.time_passes(seconds=1)
        assert far.offer() is not None
        assert near.offer() is None

    def test_said_twice_is_said_once(self, town: Town) -> None:
        nurse, patient = town.nurse("Claire"), town.patient()
        for _ in range(2):
            town.orientation_nurse.post(f"/patients/{patient}/circle", {"practitioner": str(nurse.practitioner_id)})
        db.session.rollback()
        assert len(db.session.scalars(select(CareTeamMember)).all()) == 1
        assert len(db.session.scalars(select(Consent)).all()) == 1

    def test_a_nurse_who_cares_for_her_says_that_it_is_her(self, town: Town) -> None:
        nurse, patient = town.nurse("Claire"), town.patient()
        town.asks(patient=patient)
        town.time_passes(seconds=1)
        assert nurse.accepts() == 200
        page = Screen(nurse.get(f"/patients/{patient}/circle?profession=nurse"))
        assert "C'est moi" in page.text
        nurse.post(f"/patients/{patient}/circle", {"practitioner": str(nurse.practitioner_id)})
        assert usual(patient) == "Claire Dupré"


def test_who_takes_her_place_leaves_a_history(town: Town) -> None:
    first, second, patient = town.nurse("Claire"), town.nurse("Nadia"), town.patient()
    for nurse in (first, second):
        town.orientation_nurse.post(f"/patients/{patient}/circle", {"practitioner": str(nurse.practitioner_id)})
    db.session.rollback()
    members = db.session.scalars(select(CareTeamMember).order_by(CareTeamMember.id)).all()
    assert [(each.practitioner_id, each.until is None, each.told) for each in members] == [
        (first.practitioner_id, False, Told.NAMED),
        (second.practitioner_id, True, Told.NAMED),
    ]
    assert first.get(f"/patients/{patient}/circle").status_code == 404
    assert second.get(f"/patients/{patient}/circle").status_code == 200


def test_who_cares_no_more_is_asked_no_more_first(town: Town) -> None:
    nurse, patient = town.nurse("Claire"), town.patient()
    town.orientation_nurse.post(f"/patients/{patient}/circle", {"practitioner": str(nurse.practitioner_id)})
    member = db.session.scalars(select(CareTeamMember.id)).one()
    for _ in range(2):
        assert town.orientation_nurse.post(f"/patients/{patient}/circle/{member}/end").status_code == 303
    assert usual(patient) == ""


def test_nobody_names_for_whom_she_may_not_open(town: Town) -> None:
    nurse, patient = town.nurse("Claire"), town.patient()
    stranger: Nurse = town.nurse("Nadia")
    assert stranger.get(f"/patients/{patient}/circle").status_code == 404
    said = {"practitioner": str(nurse.practitioner_id)}
    assert stranger.post(f"/patients/{patient}/circle", said).status_code == 404
    assert usual(patient) == ""


@pytest.mark.parametrize("said", ["", "nobody", "00000000-0000-0000-0000-000000000000"])
def test_a_name_that_is_nobodys(town: Town, said: str) -> None:
    patient = town.patient()
    assert town.orientation_nurse.post(f"/patients/{patient}/circle", {"practitioner": said}).status_code == 422


def names(town: Town, patient: UUID, profession: str = "nurse", **who: object) -> TestResponse:
    said = {"profession": profession, **{name: str(value) for name, value in who.items()}}
    return town.orientation_nurse.post(f"/patients/{patient}/circle", said)


def practice_of(nurse: Nurse) -> UUID:
    db.session.rollback()
    return db.session.get_one(Practitioner, nurse.practitioner_id).role.organization_id


class TestAPlaceThatIsTheUsualOne:
    def test_is_found_by_its_name_and_all_who_work_there_are_asked_before_anybody_else(self, town: Town) -> None:
        claire, near, patient = town.nurse("Claire", km=30), town.nurse("Nadia", km=1), town.patient()
        place = practice_of(claire)
        with transaction():
            db.session.get_one(Organization, place).name = "Cabinet des Lilas"
        way = f"/patients/{patient}/circle?profession=nurse"
        assert "Cabinet des Lilas" in Screen(town.orientation_nurse.get(f"{way}&q=lilas")).text
        assert names(town, patient, place=place).status_code == 303
        assert usual(patient) == "Cabinet des Lilas"
        form = Screen(town.orientation_nurse.get(f"/requests/new?pathway=home-care&patient={patient}")).text
        assert "Cabinet des Lilas" in form and "Toute l'équipe d'abord" in form
        town.asks(patient=patient)
        town.time_passes(seconds=1)
        assert claire.offer() is not None and claire.offer().knows_patient
        assert near.offer() is None

    def test_everybody_there_finds_her_until_it_is_another(self, town: Town) -> None:
        claire, nadia, patient = town.nurse("Claire"), town.nurse("Nadia"), town.patient()
        names(town, patient, place=practice_of(claire))
        assert claire.get(f"/patients/{patient}").status_code == 200
        names(town, patient, practitioner=nadia.practitioner_id)
        assert (claire.get(f"/patients/{patient}").status_code, usual(patient)) == (404, "Nadia Dupré")

    def test_news_for_the_doctor_reach_each_of_them(self, town: Town) -> None:
        doctor, nurse, patient = town.doctor("Anne"), town.nurse("Maya"), town.patient()
        names(town, patient, "doctor", place=practice_of(doctor))
        town.asks(patient=patient)
        town.time_passes(seconds=1)
        assert nurse.accepts() == 200
        db.session.rollback()
        assert db.session.scalars(select(InformationCopy.practitioner_id)).all() == [doctor.practitioner_id]

    @pytest.mark.parametrize("profession", ["doctor", "ward", "", "nobody"])
    def test_only_for_what_is_done_there(self, town: Town, profession: str) -> None:
        patient = town.patient()
        assert names(town, patient, profession, place=practice_of(town.nurse("Claire"))).status_code == 422
        assert names(town, patient, profession, place=UUID(int=0)).status_code == 422

    def test_a_nurse_says_that_it_is_her_team(self, town: Town) -> None:
        claire, patient = town.nurse("Claire"), town.patient()
        colleague, place = town.nurse("Nadia"), practice_of(claire)
        with transaction():
            db.session.get_one(Practitioner, colleague.practitioner_id).role.organization_id = place
        names(town, patient, practitioner=claire.practitioner_id)
        assert "Mon équipe" in Screen(claire.get(f"/patients/{patient}/circle?profession=nurse")).text


def test_while_she_is_away_who_stands_in_is_asked_and_named_before(town: Town) -> None:
    claire, locum, patient = town.nurse("Claire", km=1), town.nurse("Nadia", km=30), town.patient()
    names(town, patient, practitioner=claire.practitioner_id)
    with transaction():
        away = db.session.get_one(Practitioner, claire.practitioner_id).role
        stands_in = db.session.get_one(Practitioner, locum.practitioner_id).role
        replace(away, stands_in, clock.now() + timedelta(days=3))
    page = f"/requests/new?pathway=home-care&patient={patient}"
    assert "En son absence, Nadia Dupré d'abord" in Screen(town.orientation_nurse.get(page)).text
    town.asks(patient=patient)
    town.time_passes(seconds=1)
    assert (claire.offer(), locum.offer() is not None) == (None, True)


def test_a_usual_one_who_cannot_answer_is_not_promised(town: Town) -> None:
    claire, patient = town.nurse("Claire"), town.patient()
    names(town, patient, practitioner=claire.practitioner_id)
    with transaction():
        accept_requests(db.session.get_one(Practitioner, claire.practitioner_id).role, False)
    page = Screen(town.orientation_nurse.get(f"/requests/new?pathway=home-care&patient={patient}")).text
    assert "Claire Dupré" in page and "Ne peut pas répondre sur Relais en ce moment" in page
