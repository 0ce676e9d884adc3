"""Finding a professional by name: any word, however written, the nearest first, on both engines."""

import pytest
from flask import Flask

from app.core.db import db, transaction
from app.directory import actions
from app.directory.by_name import by_name
from app.directory.models import NameWord, Practitioner, Profession
from app.directory.naming import person_words, place_words, sought_words
from app.organizations.models import Commune, Organization
from tests.factories.town import EVRY, KM, Town

NURSE = Profession.NURSE
PEOPLE = [
    ("Nadia", "Benali", "Cabinet des Lilas", 5),
    ("Nadia", "Ben Ali", "Cabinet de la Gare", 1),
    ("Chloé", "Lœuillet", "Cabinet des Lilas", 2),
    ("Rose", "d'Angély", "Cabinet d'Angély", 3),
    ("Jean-Pierre", "de la Fontaine", "SCM Fontaine", 4),
    ("Linh", "Lê", "Pharmacie du Centre", 6),
]


@pytest.fixture
def evry(app: Flask, now: object) -> Commune:
    Town(app)
    with transaction():
        places = {
            name: Organization(name=name, kind="practice", phone="", address="", commune_code="91228")
            for _given, _family, name, _km in PEOPLE
        }
        db.session.add_all(places.values())
        db.session.flush()
        for n, (given, family, place, km) in enumerate(PEOPLE):
            person = Practitioner(
                rpps=f"{40_000_000_000 + n}", profession=NURSE, phone="", given_name=given, family_name=family
            )
            actions.add_role(person, places[place], EVRY[0] + km * KM, EVRY[1])
    return db.session.get_one(Commune, "91228")


def people(typed: str, near: Commune) -> list[str]:
    return [role.name for role in by_name(typed, NURSE, near).people]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("ben", ["Nadia Ben Ali", "Nadia Benali"]),  # The nearest first.
        ("NADIA BENALI", ["Nadia Ben Ali", "Nadia Benali"]),
        ("benali nad", ["Nadia Ben Ali", "Nadia Benali"]),
        ("ali", ["Nadia Ben Ali"]),
        ("lœu", ["Chloé Lœuillet"]),
        ("loeuillet chloe", ["Chloé Lœuillet"]),
        ("d'an", ["Rose d'Angély"]),
        ("dangely", ["Rose d'Angély"]),
        ("Docteur Fontaine", ["Jean-Pierre de la Fontaine"]),
        ("de la fon jean", ["Jean-Pierre de la Fontaine"]),
        ("jean pierre", ["Jean-Pierre de la Fontaine"]),
        ("pierre", ["Jean-Pierre de la Fontaine"]),
        ("lê", ["Linh Lê"]),
        ("nadia gare", ["Nadia Ben Ali"]),  # Who remembers where she works.
        ("zzz", []),
    ],
)
def test_any_word_of_her_name(evry: Commune, typed: str, found: list[str]) -> None:
    assert [name for name in people(typed, evry) if name in found or not found] == found


@pytest.mark.parametrize("typed", ["lilas", "cabinet des Lilas", "CABINET LILAS"])
def test_a_place_by_its_name_once_however_many_work_there(evry: Commune, typed: str) -> None:
    found = by_name(typed, NURSE, evry)
    assert [place.name for place in found.places] == ["Cabinet des Lilas"] and not found.people


def test_what_nobody_is_told_apart_by_is_left_out() -> None:
    assert sought_words("le Docteur de la Fontaine") == ["fontaine"]
    assert sought_words("Lê") == ["le"] and "le" in person_words("Linh", "Lê")
    assert place_words("Cabinet des Lilas") == {"lilas"}
    assert place_words("Pharmacie du Centre") == {"pharmacie", "du", "centre"}


def test_nothing_typed_shows_who_is_near(evry: Commune) -> None:
    assert people("", evry)[0] == people("b", evry)[0] == "Nadia Ben Ali"


def test_who_is_written_otherwise_is_found_so_and_no_more_as_before(evry: Commune) -> None:
    with transaction():
        person = db.session.query(Practitioner).filter_by(family_name="Benali").one()
        person.family_name = "Saïd"
        person.role.organization.name = "Maison de santé"
    assert people("said", evry) == ["Nadia Saïd"]
    assert people("nadia benali", evry) == ["Nadia Ben Ali"]
    assert not by_name("lilas", NURSE, evry).places
    assert [place.name for place in by_name("maison", NURSE, evry).places] == ["Maison de santé"]


def test_a_person_without_a_profession_s_role_is_another_s(evry: Commune) -> None:
    assert not by_name("benali", Profession.DOCTOR, evry).people
    assert db.session.query(NameWord).filter_by(word="benali").count() == 2
