"""What her phone is given to measure a detour with: communes of her own round, and that of an offer for today."""

from uuid import UUID

import pytest

from app.organizations.geo import driving_minutes
from tests.factories.town import EVRY, Nurse, Town
from tests.inbox.screen import Screen
from tests.inbox.test_answers import url
from tests.passages.care import TOMORROW, at_day, says, taken_by

CORBEIL, ETAMPES = [48.6046, 2.4748], [48.4220, 2.1290]


@pytest.fixture
def round_of_two(town: Town, nurse: Nurse) -> list[UUID]:
    lives = [("Monique", "91174"), ("Marcel", "91223")]
    people = [town.patient(given, commune_code=commune) for given, commune in lives]
    taken = [taken_by(town, nurse, patient=patient) for patient in people]
    at_day(TOMORROW, hour=7)
    return taken


def test_the_round_is_what_is_left_of_today_in_its_order(town: Town, nurse: Nurse, round_of_two: list[UUID]) -> None:
    answer = nurse.get("/visits/places")
    assert answer.json["round"] == [CORBEIL, ETAMPES, CORBEIL, ETAMPES], "mornings before evenings"
    assert answer.headers["Cache-Control"] == "no-store"
    assert says(nurse, round_of_two[0], TOMORROW) == "said"
    assert says(nurse, round_of_two[1], TOMORROW, state="absent") == "said"
    assert nurse.get("/visits/places").json["round"] == [CORBEIL, ETAMPES]


def test_the_phone_counts_minutes_as_the_house_does(nurse: Nurse) -> None:
    answer = nurse.get("/visits/places").json
    assert answer["round"] == []
    assert round(20 * answer["pace"]) == driving_minutes(20)


def test_nothing_of_it_says_who(nurse: Nurse, round_of_two: list[UUID]) -> None:
    told = nurse.get("/visits/places").get_data(as_text=True)
    assert not any(word in told for word in ("MARCHAND", "Monique", "Tilleuls", *map(str, round_of_two)))


def test_an_offer_says_its_commune_when_it_may_be_today(town: Town, nurse: Nurse) -> None:
    town.asks()
    town.time_passes(seconds=1)
    for path in ("/inbox", url(nurse)):
        html = Screen(nurse.get(path)).html
        assert f'data-detour="{EVRY[0]} {EVRY[1]}"' in html
        assert "km" in html, "the distance stands as it did, for who has no script"


def test_an_offer_for_another_day_has_no_detour_today(town: Town, nurse: Nurse) -> None:
    town.asks(window="tomorrow")
    town.time_passes(seconds=1)
    for path in ("/inbox", url(nurse)):
        assert "data-detour" not in Screen(nurse.get(path)).html
