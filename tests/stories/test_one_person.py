"""One person for all who care: from the first screen, nothing written down before, by the pages that people have."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app import clock
from app.accounts.models import Role
from app.care_requests.models import InformationCopy
from app.core.db import db
from app.directory.models import Profession
from app.records import identity as coming
from tests.desk.screen import words
from tests.factories.town import Person, Town
from tests.records.test_person import typed_in

SARAH = {
    **{"birth_name": "Lœuillet", "given_names": "Sarah, Marie", "birth_date": "12/3/94", "sex": "F"},
    **{"birth_place": "91228", "phone": "06 39 98 01 00", "commune": "91228", "address": "12 allée des Tilleuls"},
}


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers need not take their time in a test that does not measure it."""
    monkeypatch.setattr(coming, "TAKES", 0)


def registers(person: Person, pathway: str, **otherwise: str) -> UUID:
    """She is nobody's yet: the search finds no one, and the form of a new patient is filled in."""
    nobody = person.post(f"/requests/patients?pathway={pathway}", {"q": "12/3/94 loe"})
    assert "inscrivez un nouveau patient" in words(nobody)
    sent = person.post(f"/patients/new?pathway={pathway}", {**SARAH, **otherwise})
    assert sent.status_code == 303, words(sent)
    return UUID(sent.location.rpartition("patient=")[2])


def finds(person: Person, typed: str, pathway: str = "home-care") -> str:
    """The text of what the search answers."""
    db.session.rollback()
    return person.post(f"/requests/patients?pathway={pathway}", {"q": typed}).text


def names(person: Person, patient: UUID, profession: str, typed: str) -> str:
    """By a few letters of the directory; what the page then says."""
    page = person.get(f"/patients/{patient}/circle?profession={profession}&q={typed}").text
    chosen = page.split('name="practitioner" value="')[1].split('"')[0]
    sent = person.post(f"/patients/{patient}/circle", {"practitioner": chosen, "profession": profession})
    assert sent.status_code == 303
    return words(person.get(sent.location))


def asks(person: Person, pathway: str, patient: UUID, **said: str) -> None:
    db.session.rollback()
    sent = person.post(f"/requests?pathway={pathway}&patient={patient}", {"agreement": "y", **said})
    assert sent.status_code == 303, words(sent)


def copies() -> list[tuple[UUID, str]]:
    db.session.rollback()
    return [(each.practitioner_id, each.text) for each in db.session.scalars(select(InformationCopy))]


def test_the_maternity_finds_her_again_and_her_own_midwife_is_asked(town: Town) -> None:
    """MISSION A3, A8 to A11."""
    julie, other = town.professional("Julie", Profession.MIDWIFE, km=9), town.professional("Inès", Profession.MIDWIFE)
    marc = town.doctor("Marc")
    maternity = town.service("Maternité des Coquelicots", Profession.MATERNITY)

    sarah = registers(julie, "maternity-registration")
    form = words(julie.get(f"/requests/new?pathway=maternity-registration&patient={sarah}"))
    assert "Nommer pour information : médecin traitant" in form
    assert "Marc Dupré" in names(julie, sarah, "doctor", "mar")
    form = words(julie.get(f"/requests/new?pathway=maternity-registration&patient={sarah}"))
    assert "Marc Dupré recevra une copie" in form
    about = {"reason": "registration", "window": "month", "answer-due-date": "2027-03-04", "answer-first": "yes"}
    asks(julie, "maternity-registration", sarah, **about, place=str(maternity.role_id))
    town.time_passes(seconds=1)
    assert maternity.accepts() == 200
    assert copies() == [(marc.practitioner_id, "Votre patiente est inscrite en maternité.")]

    clock.advance(timedelta(days=30))
    assert str(sarah) in finds(maternity, "sarah loeuillet", "maternity-return-home")
    page = words(maternity.get(f"/patients/{sarah}"))
    assert "Julie Dupré" in page and "Marc Dupré" in page
    about = {"reason": "first-visit", "window": "two-days", "answer-birth": "vaginal", "answer-feeding": "breast"}
    asks(maternity, "maternity-return-home", sarah, **about)
    town.time_passes(seconds=1)
    assert julie.offer() is not None and julie.offer().knows_patient
    assert other.offer() is None, "her own midwife first"
    assert julie.accepts() == 200
    assert copies()[-1] == (
        marc.practitioner_id,
        "Votre patiente rentre de la maternité, une sage-femme passe chez elle.",
    )


def test_emergency_ward_case_manager_and_nurse_meet_one_person(town: Town) -> None:
    nurse, maya = town.orientation_nurse, town.nurse("Maya")
    ward = town.requester("Paul", "Médecine A")
    sarah = registers(nurse, "home-care")
    asks(nurse, "home-care", sarah, reason="dressing", window="today")
    town.time_passes(seconds=1)
    assert maya.accepts() == 200
    assert str(sarah) not in finds(ward, "12/3/94 loe"), "a ward that has no part in it"
    told = {**SARAH, "given_names": "Sarah", "reason": "Elle monte des urgences.", "understood": "y"}
    assert ward.post("/patients/identity", told).location == f"/patients/{sarah}"
    case_manager = town._person("Zoé", "Marin", Role.CASE_MANAGER, ward.account.memberships[0].organization_id)
    for person in (nurse, ward, case_manager, maya):
        assert str(sarah) in finds(person, "loeuillet sarah")
        assert "Maya Dupré" in words(person.get(f"/patients/{sarah}"))
    corrected = typed_in(case_manager, sarah, address="3 rue des Lilas")
    assert case_manager.post(f"/patients/{sarah}/correction", corrected).status_code == 303
    assert "3 rue des Lilas" in words(maya.get(f"/offers/{maya.offer().id}"))
    assert "3 rue des Lilas" in words(nurse.get(f"/patients/{sarah}"))


def test_entered_twice_she_becomes_one_and_two_again_when_that_was_wrong(town: Town) -> None:
    nurse, ward, coordinator = town.orientation_nurse, town.requester("Paul", "Médecine A"), town.coordinator
    first = registers(nurse, "home-care")
    second = registers(ward, "home-care", given_names="Sara")
    asks(ward, "home-care", second, reason="dressing", window="today")
    assert (ward.get(f"/patients/{first}").status_code, nurse.get(f"/patients/{second}").status_code) == (404, 404)
    listed = coordinator.get("/duplicates")
    pair = listed.text.split("/duplicates/")[1].split('"')[0]
    assert "Prénom à une lettre près" in words(listed) or "prénom à une lettre près" in words(listed)
    assert coordinator.post(f"/duplicates/{pair}", {"kept": str(first)}).status_code == 303
    for person in (nurse, ward):
        assert str(first) in finds(person, "12/3/94 loe") and str(second) not in finds(person, "12/3/94 loe")
        assert "Pansement" in words(person.get(f"/patients/{first}"))
    assert ward.get(f"/patients/{second}").location == f"/patients/{first}", "an old address leads to her"

    merged = coordinator.get("/duplicates").text.split("/duplicates/merges/")[1].split("/")[0]
    assert coordinator.post(f"/duplicates/merges/{merged}/undoing").status_code == 303
    assert (ward.get(f"/patients/{first}").status_code, ward.get(f"/patients/{second}").status_code) == (404, 200)
    assert "Pansement" not in words(nurse.get(f"/patients/{first}"))


def test_a_list_of_names_tells_nothing(town: Town) -> None:
    """Whoever has names and birth dates learns neither who is a patient nor of whom (no oracle): not by searching, by
    registering, by half an identity, nor by anybody's address."""
    known = registers(town.orientation_nurse, "home-care")
    answers = {}
    for name in ("Lœuillet", "Personne"):
        curious = town.requester("Paul", f"Service {name}")
        half = {**SARAH, "birth_name": name, "sex": "M", "reason": "Par curiosité seulement.", "understood": "y"}
        registered = curious.post("/patients/new?pathway=home-care", {**SARAH, "birth_name": name, "another": ""})
        answers[name] = (
            str(known) in finds(curious, f"12/3/94 {name}"),
            registered.status_code,
            curious.post("/patients/identity", half).status_code,
        )
    assert answers["Lœuillet"] == answers["Personne"] == (False, 303, 422)
    for method, page in (
        ("get", ""),
        ("get", "/numbers"),
        ("get", "/circle"),
        ("post", "/telephones"),
        ("post", "/ins"),
    ):
        for patient in (known, UUID(int=7)):
            assert getattr(curious, method)(f"/patients/{patient}{page}").status_code == 404
