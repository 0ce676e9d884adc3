"""Her week, as she reads it in her space, and as a relative does who may read who comes."""

from datetime import timedelta
from uuid import UUID

import pytest

from app import clock
from app.core.db import transaction
from app.stays import actions as stays
from tests.factories.town import Nurse, Town
from tests.inbox.screen import Screen
from tests.passages.care import TEN_DAYS, taken_by
from tests.patient_space.conftest import PatientPhone, proposes
from tests.relatives.conftest import Space, opens
from tests.relatives.test_relatives import names


@pytest.fixture
def claire(town: Town, monique: UUID) -> Nurse:
    """She comes twice a day from tomorrow on."""
    claire = town.nurse("Claire")
    taken_by(town, claire, patient=monique, visits=TEN_DAYS)
    return claire


def receives(town: Town, monique: UUID) -> Nurse:
    """A doctor awaits her at his practice, in an hour."""
    karim = town.nurse("Karim", km=2)
    town.asks(patient=monique)
    town.time_passes(seconds=1)
    assert karim.accepts() == 200
    proposes(karim, mode="practice")
    return karim


def test_she_reads_who_comes_and_not_for_what(town: Town, monique: UUID, claire: Nurse, space: Space) -> None:
    assert "Ma semaine" in space.get().text
    page = Screen(space.get("/week"))
    assert page.is_sound()
    assert page.text.count("Claire") == 12, "six of the seven days, mornings and evenings"
    assert "Mardi 24 novembre" in page.text
    assert "Personne ne vient" in page.text
    for never in ("Marchand", "Tilleuls", "infirmi", "Pansement", "pansement"):
        assert never not in page.html


def test_where_she_is_awaited_stands_there_too(town: Town, monique: UUID, space: Space) -> None:
    receives(town, monique)
    text = Screen(space.get("/week")).text
    assert "Karim" in text
    assert "à son cabinet" in text


def test_in_hospital_nobody_comes_and_the_day_of_return_is_said(
    town: Town, monique: UUID, claire: Nurse, space: Space
) -> None:
    with transaction():
        stays.admit(monique, town.hospital_id, by=town.orientation_nurse.account, now=clock.now())
    text = Screen(space.get("/week")).text
    assert text.count("À l'hôpital") == 7
    assert "Claire" not in text


@pytest.mark.parametrize("language", ["ar", "en", "pt", "tr", "uk"])
def test_in_her_language(claire: Nurse, space: Space, language: str) -> None:
    read = space.get(f"/week?lang={language}").text
    assert f'lang="{language}"' in read
    for french in ("Ma semaine", "Matin", "Personne ne vient", "Retour à mon espace"):
        assert french not in read


def test_a_page_that_is_shut_says_nothing(space: Space, claire: Nurse) -> None:
    clock.advance(timedelta(hours=3))
    shut = space.get("/week")
    assert shut.status_code == 303
    assert "Claire" not in shut.text


def test_a_relative_reads_who_comes_home(
    town: Town, monique: UUID, claire: Nurse, phone: PatientPhone, space: Space
) -> None:
    receives(town, monique)
    names(town, monique, "visits")
    page = Screen(phone.get(opens(phone, "Lucie Marchand")))
    assert page.is_sound()
    assert page.text.count("Claire") == 12
    assert "Karim" not in page.text, "that is another heading"
    assert "Mercredi 25 novembre" in page.text
    assert "Mardi 24 novembre" not in page.text, "nobody comes"
    looked = Screen(space.get("/readers")).text
    assert "Lucie Marchand" in looked


def test_a_relative_without_the_heading_reads_nobody(
    town: Town, monique: UUID, claire: Nurse, phone: PatientPhone
) -> None:
    names(town, monique, "appointments")
    assert "Claire" not in Screen(phone.get(opens(phone, "Lucie Marchand"))).text


def test_a_visit_beyond_seven_days_is_still_said(town: Town, monique: UUID, phone: PatientPhone) -> None:
    claire = town.nurse("Claire")
    town.asks(patient=monique)
    town.time_passes(seconds=1)
    assert claire.accepts() == 200
    proposes(claire, hours=24 * 9)
    names(town, monique, "visits")
    assert "Claire" in Screen(phone.get(opens(phone, "Lucie Marchand"))).text
