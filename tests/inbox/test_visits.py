"""From the acceptance to the end of the care, on the phone of the one who took it."""

from datetime import timedelta

import pytest

from app import clock
from app.appointments.queries import of_request
from tests.factories.town import Nurse, Town
from tests.inbox.screen import Screen
from tests.inbox.test_answers import asked, url


@pytest.fixture
def visit(town: Town, nurse: Nurse) -> str:
    """The address of what she just accepted."""
    asked(town, nurse)
    nurse.accepts()
    return url(nurse)


def planned(town: Town, nurse: Nurse) -> tuple[object, str | None, int]:
    appointment = of_request(nurse.offer().request_id)
    assert appointment is not None
    return appointment.starts_at, appointment.mode, appointment.sequence


def test_a_slot_is_one_tap(town: Town, nurse: Nurse, visit: str) -> None:
    page = Screen(nurse.get(visit))
    assert "Dans 1 h" in page.text.replace("\xa0", " ")
    at = clock.now() + timedelta(hours=1)
    answer = nurse.post(f"{visit}/appointment", {"slot": at.isoformat(), "mode": "home"}, htmx=True)
    assert Screen(answer).states == ["scheduled"]
    assert Screen(nurse.get(visit)).is_sound()
    assert planned(town, nurse) == (at, "home", 1)
    assert town.request(nurse.offer().request_id).state == "scheduled"


def test_two_taps_on_a_slot_are_one(town: Town, nurse: Nurse, visit: str) -> None:
    said = {"slot": (clock.now() + timedelta(hours=1)).isoformat(), "mode": "home"}
    assert nurse.post(f"{visit}/appointment", said).location == visit
    assert nurse.post(f"{visit}/appointment", said).status_code == 303
    assert planned(town, nurse)[2] == 1
    kinds = [step.kind for step in town.request(nurse.offer().request_id).steps]
    assert kinds.count("schedule") == 1


def test_ones_own_time_is_paris_time(town: Town, nurse: Nurse, visit: str) -> None:
    nurse.post(f"{visit}/appointment", {"starts_at": "2026-11-25T09:30", "mode": "home"})
    starts_at, mode, _ = planned(town, nurse)
    assert (starts_at.isoformat(), mode) == ("2026-11-25T08:30:00+00:00", "home")
    assert "Demain, 9 h 30" in Screen(nurse.get(visit)).text.replace("\xa0", " ")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("2026-11-24T08:00", "déjà passée"),
        ("2027-11-24T08:00", "plus de trois mois"),
        ("", "Choisissez une heure"),
        ("demain", ""),
    ],
)
def test_a_wrong_time_is_kept_with_the_words_beside_it(
    town: Town, nurse: Nurse, visit: str, typed: str, words: str
) -> None:
    answer = nurse.post(f"{visit}/appointment", {"starts_at": typed, "mode": "home"}, htmx=True)
    screen = Screen(answer)
    assert answer.status_code == 422
    assert screen.values["starts_at"] == typed
    assert "starts_at-error" in screen.ids
    assert words in screen.text
    assert planned(town, nurse)[0] is None


def test_where_must_be_among_what_the_pathway_allows(town: Town, nurse: Nurse, visit: str) -> None:
    said = {"slot": (clock.now() + timedelta(hours=1)).isoformat(), "mode": "moon"}
    assert nurse.post(f"{visit}/appointment", said).status_code == 422
    assert nurse.post(f"{visit}/appointment", {"slot": said["slot"]}).status_code == 422
    assert nurse.post(f"{visit}/appointment", {"slot": "soon", "mode": "home"}).status_code == 422
    assert planned(town, nurse)[0] is None


def test_the_care_begins_and_ends(town: Town, nurse: Nurse, visit: str) -> None:
    assert nurse.post(f"{visit}/end").status_code == 409  # it has not begun
    assert Screen(nurse.post(f"{visit}/start", htmx=True)).states == ["started"]
    assert nurse.post(f"{visit}/start").status_code == 303  # the same tap again
    assert Screen(nurse.get(visit)).is_sound()
    assert Screen(nurse.post(f"{visit}/end", htmx=True)).states == ["done"]
    assert Screen(nurse.get("/visits")).text.count("MARCHAND") == 0


def test_whoever_withdraws_is_not_asked_again_and_the_search_goes_on(town: Town, nurse: Nurse, visit: str) -> None:
    second = town.nurse("Hugo", km=2)
    nurse.post(f"{visit}/appointment", {"slot": (clock.now() + timedelta(hours=1)).isoformat(), "mode": "home"})
    answer = nurse.post(f"{visit}/withdrawal", htmx=True)
    assert Screen(answer).states == ["withdrawn"]
    assert "MARCHAND" not in answer.text
    assert nurse.post(f"{visit}/withdrawal").status_code == 303  # the same tap again
    town.time_passes()
    assert Screen(nurse.get("/inbox")).offers == []
    assert second.accepts() == 200
    # The time that the first had proposed went with her.
    assert planned(town, second) == (None, None, 2)
    assert "Hugo" in town.request(second.offer().request_id).performer.practitioner.name


def test_visits_lists_what_is_hers_until_it_is_done(town: Town, nurse: Nurse, visit: str) -> None:
    to_plan = Screen(nurse.get("/visits"))
    assert "Heure à proposer" in to_plan.text
    assert "Monique MARCHAND" in to_plan.text
    nurse.post(f"{visit}/appointment", {"slot": (clock.now() + timedelta(hours=1)).isoformat(), "mode": "home"})
    ready = Screen(nurse.get("/visits"))
    assert "Aujourd'hui 11 h Monique MARCHAND" in ready.text.replace("\xa0", " ")
    assert ready.is_sound()
    assert Screen(town.nurse("Inès").get("/visits")).is_sound()


@pytest.mark.parametrize(
    "said",
    [
        {"slot": "9999-12-31T23:59:59+00:00"},
        {"slot": "0001-01-01T00:00:00+14:00"},
        {"slot": "tomorrow"},
        {"starts_at": "0001-01-01T00:00"},
        {"starts_at": "9999-12-31T23:59"},
    ],
)
def test_no_time_can_break_the_page(town: Town, nurse: Nurse, visit: str, said: dict[str, object]) -> None:
    assert nurse.post(f"{visit}/appointment", {**said, "mode": "home"}, htmx=True).status_code == 422
    assert planned(town, nurse) == (None, None, 0)
