"""What the folder and the liaison book say on her line, and of what is seen of her first."""

import pytest

from app.accounts.models import Account, Role
from app.core.db import db
from app.happenings.asking import LifeReader
from app.life.line import line_of, reader_of
from app.life.picture import Lane, Span
from tests.desk.screen import words
from tests.factories.town import Person
from tests.folders.conftest import Around
from tests.folders.conftest import around as around
from tests.liaison.test_book import writes

YEAR = Span.of_year(2026)


def lanes(person: Person, around: Around) -> dict[Lane, list[str]]:
    db.session.rollback()
    account = db.session.get_one(Account, person.account_id)
    found = line_of(around.patient, YEAR, reader_of(around.patient, account))
    return {lane: [each.what for each in those] for lane, those in found.items()}


def test_a_folder_is_a_band_for_its_team_and_for_herself(around: Around) -> None:
    """FACTS_COORDINATION, check 5."""
    around.is_proposed()
    assert Lane.CARE not in lanes(around.manager, around), "nobody coordinates yet"
    assert around.nurse.post(f"{around.at}/answer", {"answer": "yes"}).status_code == 303
    for person in (around.manager, around.nurse):
        assert lanes(person, around)[Lane.CARE] == ["Dossier de coordination"]
    assert Lane.CARE not in lanes(around.doctor, around), "she has not said yes"
    db.session.rollback()
    assert [each.what for each in line_of(around.patient, YEAR, LifeReader())[Lane.CARE]] == ["Dossier de coordination"]
    assert line_of(around.patient, YEAR, LifeReader(headings=frozenset({"visits"}))) == {}


def test_who_coordinates_stands_first_among_those_who_care(around: Around) -> None:
    around.is_open()
    seen = words(around.nurse.get(f"/patients/{around.patient}")).partition("Qui soigne")[2]
    assert seen.strip().startswith(("CS Camille Serra Coordonne", "Camille Serra Coordonne"))


@pytest.mark.usefixtures("app")
def test_a_note_stands_on_its_day_without_a_word_of_it_and_an_urgent_one_worries(around: Around) -> None:
    town = around.town
    colleague = town._person("Lise", "Roche", Role.REQUESTER, town.emergency_id)
    assert writes(colleague, around.patient, "Elle ne mange plus.", urgent="y") in (200, 303)
    asks = town.orientation_nurse
    assert [each.startswith("Observation") for each in lanes(asks, around)[Lane.NOTES]] == [True]
    page = asks.get(f"/patients/{around.patient}/life?on=2026-11").text
    assert "Observation" in page and "mange plus" not in page
    first = words(asks.get(f"/patients/{around.patient}"))
    assert "À surveiller" in first and "Note urgente à lire" in first
    assert "Note urgente" not in words(colleague.get(f"/patients/{around.patient}")), "she wrote it"
