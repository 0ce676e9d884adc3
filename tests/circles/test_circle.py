"""The circle of care: named in one tap while asking, asked first, corrected by anybody who may, and by the person."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.circles.models import CareTeamMember, Told
from app.circles.queries import usual_practitioner
from app.circles.rules import named
from app.consents.models import Consent
from app.core.db import db
from tests.factories.town import Nurse, Town
from tests.inbox.screen import Screen


@pytest.fixture
def town(app: Flask, town: Town) -> Town:
    app.config["WTF_CSRF_ENABLED"] = False
    return town


def usual(patient: object) -> str:
    db.session.rollback()
    found = usual_practitioner(patient, "nurse")  # type: ignore[arg-type]
    return found.given_name if found else ""


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
        assert usual(patient) == "Claire"
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
        assert usual(patient) == "Claire"


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


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("ben", [1]),
        ("NAD BEN", [1]),
        ("benali nadia", [1]),
        ("lœu", [2]),
        ("loeu", [2]),
        ("d'an", [3]),
        ("zzz", []),
        ("", [1, 2, 3]),
    ],
)
def test_a_few_letters_of_any_word(typed: str, found: list[int]) -> None:
    people = [("Nadia Benali", 1), ("Chloé Lœuillet", 2), ("Rose d'Angély", 3)]
    assert named(typed, people) == found
