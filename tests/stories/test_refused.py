"""Whom a person refuses by name reads nothing of her in any list, and is given nothing of hers by anybody's act."""

from collections.abc import Callable
from uuid import UUID

import pytest

from app import clock
from app.accounts.models import Role
from app.care_requests.models import CareRequest, State
from app.circles import actions as circles
from app.circles.models import Told, Usual
from app.consents.models import Refusing
from app.consents.objections import Whom, object_to
from app.core.db import db, transaction
from app.directory.models import Practitioner, PractitionerRole, Profession
from app.dispatch import actions as dispatch
from app.patients import merging
from tests.desk.people import senior
from tests.factories.town import Nurse, Person, Town, role_of
from tests.inbox.plans import shares_a_practice
from tests.inbox.screen import Screen
from tests.passages.care import TOMORROW, at_day, passage, says, taken_by

NAME = "MARCHAND"


@pytest.fixture
def monique(town: Town) -> UUID:
    return town.patient()


def refuses(patient: UUID, person: Person) -> None:
    with transaction():
        whom = Whom(Refusing.SOMEBODY, account_id=person.account_id)
        object_to(patient, whom, how="spoken", by=None, now=clock.now())


def refuses_place(patient: UUID, place: UUID) -> None:
    with transaction():
        object_to(patient, Whom(Refusing.PLACE, organization_id=place), how="spoken", by=None, now=clock.now())


def works_at(nurse: Nurse) -> UUID:
    return role_of(nurse).organization_id


# What each kind of person has before her eyes, and where


def nobody_answered(town: Town, monique: UUID) -> tuple[Person, str]:
    town.asks(patient=monique)
    town.time_passes(days=3)
    return town.coordinator, "/board"


def it_waits_for_a_decision(town: Town, monique: UUID) -> tuple[Person, str]:
    doctor = senior(town)
    told = town.asks("ed-reorientation", patient=monique, decider_id=doctor.account_id)
    assert town.request(told).state is State.DRAFT
    return doctor, "/decisions"


def her_ward_asked(town: Town, monique: UUID) -> tuple[Person, str]:
    town.asks(patient=monique)
    return town._person("Zoé", "Curieuse", Role.REQUESTER, town.emergency_id), "/handover"


def her_ward_follows(town: Town, monique: UUID) -> tuple[Person, str]:
    return her_ward_asked(town, monique)[0], "/requests"


def two_records_look_alike(town: Town, monique: UUID) -> tuple[Person, str]:
    other = town.patient(given="Monik", birth_name="Durand")
    with transaction():
        merging.note_likely(other, monique, ("same-date",), now=clock.now())
    return town.coordinator, "/duplicates"


def care_goes_on(town: Town, monique: UUID) -> tuple[Person, str]:
    claire = town.nurse("Claire")
    request = taken_by(town, claire, patient=monique)
    at_day(TOMORROW, hour=8)
    assert says(claire, request, TOMORROW) == "said"
    return claire, "/visits"


def her_usual_nurse_is_told(town: Town, monique: UUID) -> tuple[Person, str]:
    doctor = town.doctor("Marc")
    with transaction():
        hers = Usual.herself(db.session.get_one(Practitioner, doctor.practitioner_id))
        circles.set_usual(monique, hers, told=Told.NAMED, now=clock.now())
    claire = town.nurse("Claire")
    town.asks(patient=monique)
    town.time_passes(seconds=1)
    assert claire.accepts() == 200
    return doctor, "/inbox/copies"


def her_service_took_it(town: Town, monique: UUID) -> tuple[Person, str]:
    ward = town.service("Médecine à côté", Profession.WARD)
    town.asks(
        "bed-request",
        patient=monique,
        reason="medicine",
        window="at-once",
        answers={"duration": "night", "isolation": "air"},
    )
    town.time_passes(seconds=1)
    assert ward.accepts() == 200
    with transaction():
        assert dispatch.choose(ward.offer(), by=town.orientation_nurse.account, now=clock.now())
    return ward, "/visits"


SEEN = [
    *(nobody_answered, it_waits_for_a_decision, her_ward_asked, her_ward_follows, two_records_look_alike),
    *(care_goes_on, her_usual_nurse_is_told, her_service_took_it),
]


@pytest.mark.parametrize("lived", SEEN, ids=lambda lived: lived.__name__)
def test_a_list_names_her_until_she_refuses_its_reader(
    town: Town, monique: UUID, lived: Callable[[Town, UUID], tuple[Person, str]]
) -> None:
    reader, path = lived(town, monique)
    before = Screen(reader.get(path)).text
    assert NAME in before, before
    refuses(monique, reader)
    after = reader.get(path)
    assert (after.status_code, NAME in after.text) == (200, False)


def test_what_is_reached_from_a_list_is_closed_too(town: Town, monique: UUID) -> None:
    claire = town.nurse("Claire")
    request = taken_by(town, claire, patient=monique)
    at_day(TOMORROW, hour=8)
    assert says(claire, request, TOMORROW) == "said"
    row, offer = passage(request, TOMORROW, "evening").id, claire.offer().id
    assert claire.get("/visits/places").json["round"] != []
    refuses(monique, claire)
    assert claire.get("/visits/places").json["round"] == []
    assert claire.get(f"/offers/{offer}").status_code == 404
    assert claire.post(f"/passages/{row}/outcome", {"state": "done"}).status_code == 404
    assert claire.get(f"/documents/{offer}").status_code == 404


# What was in her hands


def test_what_a_refused_coordinator_had_is_another_s(town: Town, monique: UUID) -> None:
    asked = town.asks(patient=monique)
    town.time_passes(days=3)
    assert town.request(asked).coordinator_id == town.coordinator.account_id
    refuses(monique, town.coordinator)
    assert town.request(asked).coordinator_id == town.orientation_nurse.account_id
    assert town.coordinator.get(f"/requests/{asked}/search").status_code == 404
    later = town.asks(patient=monique)
    town.time_passes(days=3)
    assert town.request(later).coordinator_id == town.orientation_nurse.account_id


def test_what_a_refused_doctor_was_to_decide_is_said_to_be_undecided(town: Town, monique: UUID) -> None:
    doctor = senior(town)
    asked = town.asks("ed-reorientation", patient=monique, decider_id=doctor.account_id)
    refuses(monique, doctor)
    assert doctor.post(f"/decisions/{asked}", {"decision": "yes"}).status_code == 404
    assert town.request(asked).state is State.CANCELLED
    assert "aucune décision à temps" in Screen(town.orientation_nurse.get(f"/requests/{asked}")).text


def test_a_refused_doctor_is_not_offered_to_decide(town: Town, monique: UUID) -> None:
    doctor, nadia = senior(town), town.orientation_nurse
    page = f"/requests/new?pathway=ed-reorientation&patient={monique}"
    assert "Paule Aubry" in Screen(nadia.get(page)).text
    refuses(monique, doctor)
    assert "Paule Aubry" not in Screen(nadia.get(page)).text


# To whom nothing of hers is given


def test_nobody_is_asked_at_a_place_that_she_refuses(town: Town, monique: UUID) -> None:
    claire, inès = town.nurse("Claire"), town.nurse("Inès", km=2)
    refuses_place(monique, works_at(claire))
    town.asks(patient=monique)
    town.time_passes(minutes=30)
    assert (claire.offer(), inès.offer() is not None) == (None, True)


def test_a_place_that_she_refuses_is_not_among_those_to_choose_from(town: Town, monique: UUID) -> None:
    first = town.service("Maternité des Coquelicots", Profession.MATERNITY)
    town.service("Maternité du Lac", Profession.MATERNITY)
    page = f"/requests/new?pathway=maternity-registration&patient={monique}"
    assert "Coquelicots" in Screen(town.orientation_nurse.get(page)).text
    with transaction():
        place = db.session.get_one(PractitionerRole, first.role_id).organization_id
    refuses_place(monique, place)
    shown = Screen(town.orientation_nurse.get(page)).text
    assert "Coquelicots" not in shown
    assert "Maternité du Lac" in shown
    about = {"reason": "registration", "window": "month", "answer-due-date": "2027-03-04", "answer-first": "yes"}
    sent = {"agreement": "y", "place": str(first.role_id), **about}
    refused = town.orientation_nurse.post(f"/requests?pathway=maternity-registration&patient={monique}", sent)
    assert refused.status_code == 422


def test_no_colleague_passes_it_to_whom_she_refuses(town: Town, monique: UUID) -> None:
    claire, inès = town.nurse("Claire"), town.nurse("Inès", km=40)
    shares_a_practice(claire, inès)
    town.asks(patient=monique)
    town.time_passes(seconds=1)
    page = f"/offers/{claire.offer().id}"
    assert "Inès Dupré" in Screen(claire.get(page)).text
    refuses(monique, inès)
    assert "Inès Dupré" not in Screen(claire.get(page)).text
    claire.post(f"{page}/relay", {"colleague": str(inès.role_id)})
    assert inès.offer() is None


def test_no_plan_is_handed_to_whom_she_refuses(town: Town, monique: UUID) -> None:
    claire, inès = town.nurse("Claire"), town.nurse("Inès", km=40)
    shares_a_practice(claire, inès)
    taken_by(town, claire, patient=monique)
    page = f"/offers/{claire.offer().id}/handover"
    assert "Inès Dupré" in Screen(claire.get(page)).text
    refuses(monique, inès)
    assert "Inès Dupré" not in Screen(claire.get(page)).text


def test_whom_she_refuses_is_not_called_for_her(town: Town, monique: UUID) -> None:
    claire, inès = town.nurse("Claire"), town.nurse("Inès", km=2)
    asked = town.asks(patient=monique)
    town.time_passes(days=3)
    page = f"/requests/{asked}/search"
    assert "Claire Dupré" in Screen(town.coordinator.get(page)).text
    refuses(monique, claire)
    refuses_place(monique, works_at(inès))
    shown = Screen(town.coordinator.get(page))
    assert not any(f"callee-{one.role_id}" in (shown.ids) for one in (claire, inès))
    for somebody in (claire, inès):
        with transaction():
            request = db.session.get_one(CareRequest, asked)
            assert not dispatch.assign(request, role_of(somebody), by=town.coordinator.account, now=clock.now())
    assert town.request(asked).state is State.UNANSWERED
