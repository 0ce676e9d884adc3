"""A patient goes to hospital and comes home, dies, or moves: nobody stands before a closed door, and no family is
written to by mistake."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.accounts.models import Account
from app.appointments import spaces
from app.appointments.models import Appointment
from app.audit.models import AuditEvent
from app.care_requests.rules import State
from app.circles.queries import circle_of
from app.core.db import db, transaction
from app.dispatch.models import OfferState
from app.letters.models import Letter
from app.patients.models import Cause, Patient
from app.patients.relations import Holder, relate
from app.push.models import Message
from app.stays.models import LifeEvent, Stay
from app.stays.rules import StayEnding
from tests.desk.screen import words
from tests.factories.links import link_token
from tests.factories.town import Nurse, Person, Town


@pytest.fixture
def town(app: Flask, town: Town) -> Town:
    app.config["WTF_CSRF_ENABLED"] = False
    return town


@pytest.fixture
def ward(town: Town) -> Person:
    return town.requester("Paul", "Médecine A")


def place_of(person: Person) -> UUID:
    db.session.rollback()
    return person.account.memberships[0].organization_id


def opens(person: Person, patient: UUID) -> None:
    """She came by the emergency department of the same house, say."""
    with transaction():
        relate(patient, Holder(place_of(person)), Cause.ENTERED, by=person.account_id, now=clock.now())


def admits(person: Person, patient: UUID, *, where: str = "", **more: str) -> int:
    said = {"ward": where or str(place_of(person)), **more}
    return person.post(f"/patients/{patient}/stay", said).status_code


def stay_of(patient: UUID) -> Stay:
    db.session.rollback()
    return db.session.scalars(select(Stay).where(Stay.patient_id == patient).order_by(Stay.id.desc())).first()


def comes_home(person: Person, patient: UUID) -> int:
    return person.post(f"/patients/{patient}/stay/end", {"stay": str(stay_of(patient).id)}).status_code


def taken(town: Town, nurse: Nurse, patient: UUID, *, hours: float = 20) -> UUID:
    """Asked by the emergency department, accepted, with an hour."""
    request = town.asks(patient=patient)
    town.time_passes(seconds=1)
    assert nurse.accepts() == 200
    at = clock.paris(clock.now() + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M")
    said = {"starts_at": at, "mode": "home"}
    assert nurse.post(f"/offers/{nurse.offer().id}/appointment", said).status_code == 303
    return request


def titles(nurse: Nurse) -> list[Any]:
    return [notice["notification"]["title"] for notice in nurse.notices()]


def visit_of(request: UUID) -> Appointment:
    db.session.rollback()
    return db.session.scalars(select(Appointment).where(Appointment.request_id == request)).one()


def page_of_patient(town: Town, request: UUID) -> str:
    return words(town.stranger().get(f"/p/{link_token(visit_of(request))}"))


class TestInHospitalAndBack:
    def test_the_nurse_is_told_waits_and_takes_up_her_visits(self, town: Town, ward: Person) -> None:
        maya = town.nurse("Maya")
        patient = town.patient(usual=[maya])
        request = taken(town, maya, patient, hours=48)
        opens(ward, patient)
        assert "Hospitalisée ici depuis aujourd'hui" in words(ward.get(f"/patients/{patient}"))

        assert admits(ward, patient) == 303
        town.time_passes(seconds=1)
        suspended = town.request(request)
        assert (suspended.state, suspended.stay_id) == (State.SCHEDULED, stay_of(patient).id)
        assert titles(maya).count("Vos visites changent") == 1, "once, though she comes and is the usual one too"
        page = words(maya.get(f"/patients/{patient}"))
        assert "Hospitalisée : Médecine A, depuis le" in page
        assert "ne vous déplacez pas" in words(maya.get(f"/offers/{maya.offer().id}"))
        assert "Suspendue" in words(maya.get("/visits"))
        asked = words(town.orientation_nurse.get(f"/requests/{request}"))
        assert "Suspendue pendant l'hospitalisation" in asked
        told = page_of_patient(town, request)
        assert "attend votre retour chez vous" in told
        assert "hospi" not in told.lower() and "hôpital" not in told.lower().replace("hôpital des deux-rives", "")
        assert maya.post(f"/offers/{maya.offer().id}/start").status_code == 409, "nobody is at home"

        town.time_passes(hours=30)
        assert town.request(request).late_at is None, "nothing is late meanwhile"
        assert comes_home(ward, patient) == 303
        town.time_passes(seconds=1)
        assert titles(maya)[-1] == "Vos visites reprennent"
        back = town.request(request)
        assert (back.state, back.stay_id) == (State.SCHEDULED, None)
        assert visit_of(request).starts_at is not None
        assert maya.post(f"/offers/{maya.offer().id}/start", {"sure": "yes"}).status_code == 303
        assert ward.get(f"/patients/{patient}").status_code == 200, "she was entered there"

    def test_an_hour_that_went_by_is_to_be_proposed_again(self, town: Town, ward: Person) -> None:
        maya = town.nurse("Maya")
        patient = town.patient(usual=[maya])
        request = taken(town, maya, patient)
        opens(ward, patient)
        admits(ward, patient)
        town.time_passes(hours=60)
        comes_home(ward, patient)
        back = town.request(request)
        assert back.state is State.ACCEPTED
        assert back.start_by > clock.now()
        assert visit_of(request).starts_at is None
        assert "Heure à proposer" in words(maya.get("/visits"))

    def test_a_search_asks_nobody_more_until_she_is_home(self, town: Town, ward: Person) -> None:
        near, far = town.nurse("Maya", km=1), town.nurse("Loin", km=9)
        patient = town.patient()
        request = town.asks(patient=patient)
        town.time_passes(seconds=1)
        assert near.offer().state is OfferState.OPEN
        opens(ward, patient)
        admits(ward, patient)
        assert near.offer().state is OfferState.EXPIRED
        assert near.accepts() == 409
        late = town.nurse("Nouvelle", km=0.5)
        town.time_passes(hours=8)
        assert late.offer() is None
        assert town.request(request).state is State.SEARCHING
        comes_home(ward, patient)
        town.time_passes(seconds=1)
        assert late.offer().state is OfferState.OPEN
        assert near.offer().state is OfferState.OPEN, "silence may be asked again"
        assert near.accepts() == 200
        del far

    def test_what_the_ward_prepares_for_her_return_goes_on(self, town: Town, ward: Person) -> None:
        maya = town.nurse("Maya")
        patient = town.patient()
        opens(ward, patient)
        admits(ward, patient)
        assert "Préparer le retour" in words(ward.get(f"/patients/{patient}"))
        request = town.asks("discharge-home", patient=patient, by=ward)
        town.time_passes(seconds=1)
        assert maya.accepts() == 200
        assert town.request(request).stay_id is None

    def test_what_the_ward_had_asked_before_goes_on_too(self, town: Town, ward: Person) -> None:
        patient = town.patient()
        request = town.asks("discharge-home", patient=patient, by=ward)
        admits(ward, patient)
        assert town.request(request).stay_id is None

    def test_a_nurse_says_it_from_her_visit_not_knowing_where(self, town: Town, ward: Person) -> None:
        maya = town.nurse("Maya")
        patient = town.patient()
        request = taken(town, maya, patient)
        assert f"/patients/{patient}/stay" in maya.get(f"/offers/{maya.offer().id}").text
        assert "On ne sait pas où" in words(maya.get(f"/patients/{patient}/stay"))
        assert admits(maya, patient, where="unknown") == 303
        assert "on ne sait pas où" in words(maya.get(f"/patients/{patient}"))
        first = stay_of(patient).id
        opens(ward, patient)
        assert admits(ward, patient) == 303, "who knows where needs not ask"
        assert stay_of(patient).id != first
        assert town.request(request).stay_id == stay_of(patient).id
        assert comes_home(maya, patient) == 303

    def test_the_ward_finds_her_while_she_stays(self, town: Town, ward: Person) -> None:
        maya = town.nurse("Maya")
        patient = town.patient(usual=[maya])
        assert ward.get(f"/patients/{patient}").status_code == 404
        found = words(maya.get(f"/patients/{patient}/stay?q=méd"))
        assert "Médecine A" in found
        assert admits(maya, patient, where=str(place_of(ward))) == 303
        assert ward.get(f"/patients/{patient}").status_code == 200
        comes_home(maya, patient)
        assert ward.get(f"/patients/{patient}").status_code == 404

    def test_said_twice_it_is_said_once(self, town: Town, ward: Person) -> None:
        patient = town.patient()
        opens(ward, patient)
        assert [admits(ward, patient), admits(ward, patient)] == [303, 303]
        db.session.rollback()
        assert len(db.session.scalars(select(Stay)).all()) == 1
        assert [comes_home(ward, patient), comes_home(ward, patient)] == [303, 303]

    def test_no_place_but_a_hospital_s_is_one_to_be_in(self, town: Town) -> None:
        maya = town.nurse("Maya")
        patient = town.patient(usual=[maya])
        assert admits(maya, patient) == 404, "a practice"
        assert admits(maya, patient, where="nowhere") == 400
        assert admits(maya, patient, where=str(UUID(int=9))) == 404


class TestTheExpectedExit:
    def says(self, person: Person, patient: UUID, on: date | str, why: str = "") -> int:
        day = on if isinstance(on, str) else on.strftime("%d/%m/%Y")
        return person.post(f"/patients/{patient}/stay/exit", {"on": day, "why": why}).status_code

    def test_changed_twice_everybody_sees_the_last_and_who_moved_it(self, town: Town, ward: Person) -> None:
        maya = town.nurse("Maya")
        patient = town.patient(usual=[maya])
        opens(ward, patient)
        admits(ward, patient)
        today = clock.paris(clock.now()).date()
        days = [today + timedelta(days=each) for each in (5, 3, 7)]
        for day, why in zip(days, ("", "Va mieux", "Lit à domicile attendu"), strict=True):
            clock.advance(timedelta(minutes=1))
            assert self.says(ward, patient, day, why) == 303
            town.time_passes(seconds=1)
        assert titles(maya).count("Un retour se prépare") == 3, "once for each change"
        assert self.says(ward, patient, days[-1]) == 303
        town.time_passes(seconds=1)
        assert titles(maya).count("Un retour se prépare") == 3, "said again, it is no change"
        page = words(maya.get(f"/patients/{patient}"))
        assert "Sortie prévue le" in page and "(avant : le" in page
        history = words(maya.get(f"/patients/{patient}/stay"))
        assert "Va mieux" in history and "Lit à domicile attendu" in history and "Paul Requérant" in history
        bodies = str([notice["notification"] for notice in maya.notices()])
        assert "Marchand" not in bodies and "Médecine" not in bodies

    def test_it_is_the_ward_s_to_say(self, town: Town, ward: Person) -> None:
        maya = town.nurse("Maya")
        patient = town.patient(usual=[maya])
        opens(ward, patient)
        admits(ward, patient)
        tomorrow = clock.paris(clock.now()).date() + timedelta(days=1)
        assert self.says(maya, patient, tomorrow) == 403
        assert self.says(ward, patient, tomorrow) == 303

    @pytest.mark.parametrize("wrong", ["", "hier peut-être", "12/03/1948", "12/03/2040"])
    def test_a_day_that_cannot_be_comes_back_with_words(self, town: Town, ward: Person, wrong: str) -> None:
        patient = town.patient()
        opens(ward, patient)
        admits(ward, patient)
        answer = ward.post(f"/patients/{patient}/stay/exit", {"on": wrong, "why": "Va mieux"})
        assert answer.status_code == 422
        assert "Va mieux" in answer.text, "nothing typed is lost"
        assert "field__error" in answer.text

    def test_who_is_late_sees_where_she_is(self, town: Town, ward: Person) -> None:
        patient = town.patient()
        opens(ward, patient)
        admits(ward, patient)
        comes_home(ward, patient)
        assert self.says(ward, patient, clock.now().date()) == 409


class TestTransfer:
    def test_one_stay_ends_and_the_next_begins(self, town: Town, ward: Person) -> None:
        maya, other = town.nurse("Maya"), town.requester("Zoé", "Soins de suite")
        patient = town.patient(usual=[maya])
        request = taken(town, maya, patient)
        opens(ward, patient)
        admits(ward, patient)
        first = stay_of(patient)
        with transaction():
            relate(patient, Holder(place_of(other)), Cause.REQUEST, by=None, now=clock.now())
        asked = other.post(f"/patients/{patient}/stay", {"ward": str(place_of(other))})
        assert asked.status_code == 409
        assert "Médecine A" in words(asked), "somebody decides who has read where she is"
        assert stay_of(patient).id == first.id
        assert admits(other, patient, over=str(first.id)) == 303
        second = stay_of(patient)
        db.session.refresh(db.session.get_one(Stay, first.id))
        assert (db.session.get_one(Stay, first.id).ended, second.until) == (StayEnding.TRANSFERRED, None)
        assert town.request(request).stay_id == second.id, "she is not home"
        assert comes_home(other, patient) == 303
        assert town.request(request).stay_id is None


class TestDeath:
    def says(self, person: Person, patient: UUID, on: str = "") -> int:
        day = on or clock.paris(clock.now()).strftime("%d/%m/%Y")
        return person.post(f"/patients/{patient}/death", {"on": day}).status_code

    def test_everything_ends_and_nobody_of_the_family_is_written_to(self, town: Town, ward: Person) -> None:
        maya, near = town.nurse("Maya"), town.nurse("Inès", km=3)
        doctor = town.doctor("Omar")
        patient = town.patient(usual=[maya, doctor])
        visit = taken(town, maya, patient)
        searched = town.asks("home-care", patient=patient, reason="physiotherapy")
        again = town.asks(patient=patient)
        town.time_passes(minutes=30)
        with transaction():
            card = spaces.space_of(patient, clock.now()).token
        town.time_passes(seconds=1)
        shown = words(doctor.get(f"/patients/{patient}/death"))
        assert "Aucun message ne part vers la famille" in shown

        assert self.says(doctor, patient) == 303
        town.time_passes(seconds=1)
        for request in (visit, searched, again):
            assert town.request(request).state is State.CANCELLED
        assert near.offer() is None or near.offer().state is not OfferState.OPEN
        assert titles(maya).count("Vos visites changent") == 1
        assert "Marchand" not in str(maya.notices()) and "décè" not in str(maya.notices()).lower()
        for person in (maya, town.orientation_nurse, doctor):
            page = words(person.get(f"/patients/{patient}"))
            assert "Décédée le" in page
            assert "Demander un soin" not in page

        town.time_passes(hours=72)
        family = db.session.get_one(Patient, patient).phone
        db.session.rollback()
        addresses = set(db.session.scalars(select(Letter.address)))
        assert family not in addresses
        assert addresses <= set(db.session.scalars(select(Account.email))), "nobody but those who signed up"
        professionals = {maya.account_id, near.account_id, doctor.account_id, town.orientation_nurse.account_id}
        owed = set(db.session.scalars(select(Message.account_id).where(Message.step == "died")))
        assert owed == professionals - {near.account_id, doctor.account_id}, "nor to who said it, or had no part in it"
        assert "Cette page est fermée" in words(town.stranger().get(f"/s/{card}"))
        assert "décé" not in page_of_patient(town, visit).lower()
        assert "Cette page est fermée" in page_of_patient(town, visit)

    def test_she_is_found_and_nothing_is_asked_for_her(self, town: Town) -> None:
        patient = town.patient()
        nurse = town.orientation_nurse
        self.says(nurse, patient)
        found = nurse.post("/requests/patients?pathway=home-care", {"q": "12/03/1948 mar"})
        assert "Décédée le" in words(found)
        assert f"patient={patient}" not in found.text
        asked = nurse.get(f"/requests/new?pathway=home-care&patient={patient}")
        assert asked.headers["Location"].endswith(f"/patients/{patient}")
        assert admits(nurse, patient) == 303
        db.session.rollback()
        assert db.session.scalars(select(Stay)).all() == [], "nobody is admitted any more"
        assert nurse.get(f"/patients/{patient}/stay").status_code == 303
        assert nurse.get(f"/patients/{patient}/move").status_code == 303

    def test_said_by_mistake_it_is_undone(self, town: Town, ward: Person) -> None:
        maya = town.nurse("Maya", km=1)
        patient = town.patient()
        visit = taken(town, maya, patient, hours=60)
        ines = town.nurse("Inès", km=2)
        searched = town.asks("discharge-home", patient=patient, by=ward)
        town.time_passes(minutes=1)
        assert ines.offer() is not None
        opens(ward, patient)
        admits(ward, patient)
        suspended = stay_of(patient).id
        assert self.says(ward, patient) == 303
        assert town.request(visit).state is State.CANCELLED
        assert stay_of(patient).ended is StayEnding.DIED
        assert "C'est une erreur" in words(ward.get(f"/patients/{patient}"))

        clock.advance(timedelta(hours=20))
        assert ward.post(f"/patients/{patient}/death/undoing").status_code == 303
        town.time_passes(seconds=1)
        back = town.request(visit)
        assert (back.state, back.stay_id) == (State.SCHEDULED, suspended), "where she was, and still in hospital"
        assert stay_of(patient).until is None
        assert town.request(searched).state is State.SEARCHING
        assert ines.offer().state is OfferState.OPEN, "asked again"
        assert "Suspendue" in words(maya.get("/visits"))
        assert comes_home(ward, patient) == 303
        assert town.request(visit).state is State.SCHEDULED
        acts = db.session.scalars(select(AuditEvent.event).where(AuditEvent.event.startswith("life."))).all()
        assert sorted(acts) == ["life.death_undone", "life.died"]
        assert "Décédée" not in words(ward.get(f"/patients/{patient}"))

    def test_after_two_days_it_stands(self, town: Town) -> None:
        patient = town.patient()
        self.says(town.orientation_nurse, patient)
        clock.advance(timedelta(hours=48))
        town.orientation_nurse.post(f"/patients/{patient}/death/undoing")
        page = words(town.orientation_nurse.get(f"/patients/{patient}"))
        assert "Décédée le" in page and "C'est une erreur" not in page

    def test_said_twice_it_is_the_first_time(self, town: Town) -> None:
        patient = town.patient()
        assert [self.says(town.orientation_nurse, patient) for _ in range(2)] == [303, 303]
        db.session.rollback()
        assert len(db.session.scalars(select(LifeEvent)).all()) == 1

    @pytest.mark.parametrize("wrong", ["", "12/03/2040", "un jour"])
    def test_a_day_that_cannot_be_ends_nothing(self, town: Town, wrong: str) -> None:
        patient = town.patient()
        answer = town.orientation_nurse.post(f"/patients/{patient}/death", {"on": wrong})
        assert answer.status_code == 422
        assert "field__error" in answer.text
        db.session.rollback()
        assert db.session.scalars(select(LifeEvent)).all() == []


class TestMovedAway:
    def test_searches_go_on_there_and_the_circle_ends_as_chosen(self, town: Town) -> None:
        maya, doctor = town.nurse("Maya"), town.doctor("Omar")
        patient = town.patient(usual=[maya, doctor])
        town.nurse("Inès", km=2)
        visit = taken(town, maya, patient)
        ended = town.asks("home-care", patient=patient, reason="physiotherapy")
        members = {member.practitioner_id: member.id for member in circle_of(patient)}
        nurse = town.orientation_nurse
        assert "Maya Dupré" in words(nurse.get(f"/patients/{patient}/move"))
        said: dict[str, Any] = {
            **{"known": "yes", "commune": "91174", "address": "2 quai de l'Essonne"},
            **{"leaving": [str(members[maya.practitioner_id])], "handed_on": [str(visit)], "ended": [str(ended)]},
        }
        assert nurse.post(f"/patients/{patient}/move", said).status_code == 303
        town.time_passes(seconds=1)
        moved = town.request(visit)
        assert (moved.state, moved.commune_code) == (State.SEARCHING, "91174")
        assert town.request(ended).state is State.CANCELLED
        assert [member.practitioner_id for member in circle_of(patient)] == [doctor.practitioner_id]
        assert "Un de vos patients a déménagé" in titles(maya)
        assert "2 quai de l" in words(nurse.get(f"/patients/{patient}"))

    def test_where_to_is_not_known_until_somebody_writes_it(self, town: Town) -> None:
        maya = town.nurse("Maya")
        patient = town.patient(usual=[maya])
        nurse = town.orientation_nurse
        assert nurse.post(f"/patients/{patient}/move", {"known": "no"}).status_code == 303
        assert "nouvelle adresse n'est pas connue" in words(maya.get(f"/patients/{patient}"))
        nurse.post(f"/patients/{patient}/move", {"known": "yes", "commune": "91174", "address": "2 quai"})
        assert "n'est pas connue" not in words(maya.get(f"/patients/{patient}"))

    @pytest.mark.parametrize("wrong", [{}, {"known": "yes"}, {"known": "yes", "commune": "zzz"}])
    def test_what_is_missing_is_said(self, town: Town, wrong: dict[str, Any]) -> None:
        patient = town.patient()
        answer = town.orientation_nurse.post(f"/patients/{patient}/move", {**wrong, "address": "2 quai"})
        assert answer.status_code == 422
        assert "2 quai" in answer.text
        assert "field__error" in answer.text
