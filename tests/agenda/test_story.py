"""Nurses, a physiotherapist and a home help come to one person: her week, a visit that moves, and who hears of it."""

import re
from datetime import date, datetime, timedelta
from html import unescape
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.accounts.models import Role
from app.appointments.actions import answer, prepare, propose
from app.appointments.models import Appointment
from app.audit.models import AuditEvent
from app.care_requests.models import CareRequest, Step
from app.care_requests.rules import State, Visit, planned, read_visits
from app.consents.models import Refusing
from app.consents.objections import Whom, object_to
from app.core.db import db, transaction
from app.directory.models import PractitionerRole, Profession
from app.dispatch import actions as dispatch
from app.passages.models import Passage
from app.patients.models import Cause
from app.patients.relations import Holder, relate
from app.push.models import Message
from app.stays import actions as stays
from app.stays.queries import running
from tests.desk.screen import words
from tests.factories.town import Nurse, Person, Town, role_of
from tests.passages.care import TOMORROW, at_day, passage, says, taken_by
from tests.services.push_service import FakePushService

WEEK = "2026-11-23"
MORNINGS = planned(TOMORROW, TOMORROW + timedelta(days=9), ["morning"])


@pytest.fixture
def town(app: Flask, push_service: FakePushService) -> Town:
    app.config["WTF_CSRF_ENABLED"] = False
    town = Town(app, push_service)
    with transaction():
        town._subscribe(town.orientation_nurse.account_id, push_service.new_device())
    return town


@pytest.fixture
def odile(town: Town) -> UUID:
    return town.patient("Odile")


@pytest.fixture
def maya(town: Town) -> Nurse:
    return town.nurse("Maya")


@pytest.fixture
def plan(town: Town, odile: UUID, maya: Nurse) -> UUID:
    """Ten mornings, from tomorrow: Maya's."""
    return taken_by(town, maya, patient=odile, visits=MORNINGS)


def meets(town: Town, person: Nurse, patient: UUID, starts_at: datetime, mode: str = "home") -> UUID:
    """Somebody takes a single need of hers, and says this hour; the visit."""
    request_id = town.asks(patient=patient)
    with transaction():
        request = db.session.get_one(CareRequest, request_id)
        assert dispatch.assign(request, role_of(person), by=person.account, now=clock.now())
        visit = prepare(request, clock.now())
        assert propose(visit, starts_at, mode, by=person.account, now=clock.now())
        return visit.id


def tomorrow(hour: int, minute: int = 0) -> datetime:
    return clock.midnight(TOMORROW) + timedelta(hours=hour, minutes=minute)


def agenda(person: Person, patient: UUID, week: str = WEEK) -> str:
    answer = person.get(f"/patients/{patient}/agenda?week={week}")
    assert answer.status_code == 200
    return words(answer)


def choices(person: Person, visit: UUID) -> dict[str, dict[str, object]]:
    """By label, what each button of her visit's page sends."""
    text = person.get(f"/agenda/visits/{visit}").text
    forms = re.findall(r'<form[^>]*/move">.*?</form>', text, re.S)
    found = {}
    for form in forms:
        label = re.search(r"<b>(.*?)</b>", form)
        sent = {name: unescape(value) for name, value in re.findall(r'name="(seen|to)" value="(.*?)"', form)}
        found[unescape(label[1] if label else "").replace("\N{NO-BREAK SPACE}", " ")] = sent
    return found


def moves(person: Person, visit: UUID, label: str) -> int:
    return person.post(f"/agenda/visits/{visit}/move", choices(person, visit)[label]).status_code


def undoes(person: Person, visit: UUID) -> int:
    return person.post(f"/agenda/visits/{visit}/undo").status_code


def told(step: str) -> set[UUID]:
    db.session.rollback()
    return set(db.session.scalars(select(Message.account_id).where(Message.step == step)))


def hour_of(visit: UUID) -> datetime | None:
    db.session.rollback()
    return db.session.get_one(Appointment, visit).starts_at


class TestTheWeekOfAPerson:
    def test_everybody_who_comes_and_when(self, town: Town, odile: UUID, maya: Nurse, plan: UUID) -> None:
        leo = town.professional("Léo", Profession.PHYSIOTHERAPIST)
        meets(town, leo, odile, tomorrow(15))
        read = agenda(town.orientation_nurse, odile)
        assert "Semaine du 23 novembre" in read
        assert read.count("Maya") == 5, "Wednesday to Sunday"
        assert "15 h" in read
        assert "Léo" in read
        assert "kinésithérapeute" in read
        assert "Aujourd'hui" in read
        assert agenda(town.orientation_nurse, odile, "2026-11-30").count("Maya") == 5, "and on to Friday"

    def test_a_week_that_is_none_is_this_one(self, town: Town, odile: UUID) -> None:
        for typed in ("", "x", "2026-99-01", "0001-01-01", "9999-12-31", "2026-11-23T00:00"):
            assert "Semaine du 23 novembre" in agenda(town.orientation_nurse, odile, typed)

    def test_nothing_is_planned_and_it_says_so(self, town: Town, odile: UUID) -> None:
        assert agenda(town.orientation_nurse, odile).count("Rien de prévu") == 7

    def test_what_meets_is_said_in_words(self, town: Town, odile: UUID) -> None:
        one, other = town.nurse("Maya"), town.nurse("Ines")
        meets(town, one, odile, tomorrow(9))
        meets(town, other, odile, tomorrow(9, 15))
        read = agenda(town.orientation_nurse, odile)
        assert read.count("Deux visites à la même heure") == 2
        assert "2 visites ne peuvent pas rester ainsi" in read

    def test_somebody_comes_while_she_is_awaited_elsewhere(
        self, town: Town, odile: UUID, maya: Nurse, plan: UUID
    ) -> None:
        meets(town, town.doctor("Rémi"), odile, tomorrow(10), "practice")
        read = agenda(town.orientation_nurse, odile)
        assert read.count("La personne est attendue ailleurs") == 2
        assert "au cabinet" in read

    def test_the_day_on_which_she_leaves_stands_there(self, town: Town, odile: UUID, maya: Nurse, plan: UUID) -> None:
        with transaction():
            stays.admit(odile, town.hospital_id, by=town.orientation_nurse.account, now=clock.now())
            stay = running(odile)
            assert stay
            stays.expect_exit(
                stay, TOMORROW + timedelta(days=1), "", by=town.orientation_nurse.account, now=clock.now()
            )
        read = agenda(town.orientation_nurse, odile)
        assert read.count("À l'hôpital") == 2, "today and tomorrow"
        assert read.count("Retour à la maison prévu") == 1
        assert "Suspendu : hospitalisation" in read

    def test_reading_is_written_down_once_a_sitting(self, town: Town, odile: UUID) -> None:
        def lines() -> int:
            db.session.rollback()
            mine = AuditEvent.event == "patient.read", AuditEvent.subject_id == odile
            return len(db.session.scalars(select(AuditEvent).where(*mine)).all())

        agenda(town.orientation_nurse, odile)
        assert lines() == 1
        town.orientation_nurse.get(f"/patients/{odile}/agenda", htmx=True)
        assert lines() == 1, "the page fetches itself again"


class TestWhoReads:
    def test_nobody_without_a_relation(self, town: Town, odile: UUID) -> None:
        for path in ("agenda", "agenda/fridge"):
            assert town.requester().get(f"/patients/{odile}/{path}").status_code == 404

    def test_who_comes_to_help_at_home_reads_what_is_hers(
        self, town: Town, odile: UUID, maya: Nurse, plan: UUID
    ) -> None:
        """FACTS_COORDINATION 9, check 35."""
        helper = town.service("Aide à domicile du Parc", Profession.HOME_HELP)
        meets(town, helper, odile, tomorrow(11))
        with transaction():
            place = helper.account.organizations()[0]
            relate(odile, Holder(organization_id=place), Cause.REQUEST, by=helper.account_id, now=clock.now())
        read = agenda(helper, odile)
        assert "11 h" in read
        assert "Maya" not in read
        assert "pas ce que font les autres" in read
        assert helper.get(f"/patients/{odile}/agenda/fridge").status_code == 403
        assert "Aide à domicile du Parc" in agenda(town.orientation_nurse, odile)

    def test_where_she_keeps_the_team_apart_each_reads_what_is_theirs(
        self, town: Town, odile: UUID, maya: Nurse, plan: UUID
    ) -> None:
        leo = town.professional("Léo", Profession.PHYSIOTHERAPIST)
        visit = meets(town, leo, odile, tomorrow(9))
        elsewhere = town.requester()
        with transaction():
            place = elsewhere.account.organizations()[0]
            relate(odile, Holder(organization_id=place), Cause.REQUEST, by=elsewhere.account_id, now=clock.now())
        assert "Maya" in agenda(elsewhere, odile)
        assert "Maya" in words(leo.get(f"/agenda/visits/{visit}"))
        with transaction():
            object_to(odile, Whom(Refusing.TEAM), how="spoken", by=town.orientation_nurse.account_id, now=clock.now())
        assert "Maya" not in agenda(elsewhere, odile)
        assert "Maya" not in words(leo.get(f"/agenda/visits/{visit}"))
        assert elsewhere.get(f"/patients/{odile}/agenda/fridge").status_code == 403
        assert moves(leo, visit, "Une demi-heure plus tard") == 303
        assert told("moved-beside") == set()

    def test_whom_she_refuses_reads_nothing_of_her_any_more(
        self, town: Town, odile: UUID, maya: Nurse, plan: UUID
    ) -> None:
        assert "Odile" in words(maya.get(f"/agenda?week={WEEK}"))
        with transaction():
            whom = Whom(Refusing.SOMEBODY, practitioner_id=maya.practitioner_id)
            object_to(odile, whom, how="spoken", by=town.orientation_nurse.account_id, now=clock.now())
        assert "Odile" not in words(maya.get(f"/agenda?week={WEEK}"))
        assert maya.get(f"/patients/{odile}/agenda").status_code == 404

    def test_another_s_visit_is_as_unknown_as_none(self, town: Town, odile: UUID, plan: UUID) -> None:
        ines, row = town.nurse("Ines"), passage(plan, TOMORROW).id
        for refused in (
            ines.get(f"/agenda/visits/{row}"),
            ines.post(f"/agenda/visits/{row}/move", {"seen": "", "to": ""}),
            ines.post(f"/agenda/visits/{row}/undo"),
        ):
            assert refused.status_code == 404


class TestMovingAVisit:
    def test_one_tap_and_who_asked_and_who_comes_that_day_know(
        self, town: Town, odile: UUID, maya: Nurse, plan: UUID
    ) -> None:
        leo = town.professional("Léo", Profession.PHYSIOTHERAPIST)
        visit = meets(town, leo, odile, tomorrow(9))
        assert set(choices(leo, visit)) == {"Une demi-heure plus tôt", "Une demi-heure plus tard", "Le lendemain"}
        assert moves(leo, visit, "Une demi-heure plus tard") == 303
        assert hour_of(visit) == tomorrow(9, 30)
        assert told("moved") == {town.orientation_nurse.account_id}
        assert told("moved-beside") == {maya.account_id}
        assert "9 h 30" in agenda(town.orientation_nurse, odile)

    def test_a_home_help_is_not_told_who_else_comes(self, town: Town, odile: UUID, maya: Nurse, plan: UUID) -> None:
        helper = town.service("Aide à domicile du Parc", Profession.HOME_HELP)
        meets(town, helper, odile, tomorrow(11))
        row = passage(plan, TOMORROW).id
        assert choices(maya, row) == {}, "its plan has the next morning already"
        at_day(TOMORROW, 8)
        assert moves(maya, row, "Cet après-midi") == 303
        assert told("moved-beside") == set()
        assert told("moved") == {town.orientation_nurse.account_id}

    def test_a_slip_is_undone(self, town: Town, odile: UUID) -> None:
        leo = town.professional("Léo", Profession.PHYSIOTHERAPIST)
        visit = meets(town, leo, odile, tomorrow(9))
        assert undoes(leo, visit) == 303, "there is nothing to undo"
        moves(leo, visit, "Une demi-heure plus tard")
        assert "Remettre mercredi 25 novembre, 9 h" in words(leo.get(f"/agenda/visits/{visit}"))
        for _ in range(2):
            assert undoes(leo, visit) == 303
        assert hour_of(visit) == tomorrow(9)
        assert "Remettre" not in words(leo.get(f"/agenda/visits/{visit}"))

    def test_what_the_person_confirmed_is_not_undone_under_her(self, town: Town, odile: UUID) -> None:
        leo = town.professional("Léo", Profession.PHYSIOTHERAPIST)
        visit = meets(town, leo, odile, tomorrow(9))
        moves(leo, visit, "Une demi-heure plus tard")
        clock.advance(timedelta(minutes=1))
        with transaction():
            assert answer(db.session.get_one(Appointment, visit), "confirmed", now=clock.now())
        assert "Remettre" not in words(leo.get(f"/agenda/visits/{visit}"))

    def test_two_taps_are_one_and_an_old_page_moves_nothing(self, town: Town, odile: UUID) -> None:
        leo = town.professional("Léo", Profession.PHYSIOTHERAPIST)
        visit = meets(town, leo, odile, tomorrow(9))
        later, earlier = (choices(leo, visit)[f"Une demi-heure plus {way}"] for way in ("tard", "tôt"))
        for _ in range(2):
            assert leo.post(f"/agenda/visits/{visit}/move", later).status_code == 303
        assert len(told("moved")) == 1
        old = leo.post(f"/agenda/visits/{visit}/move", earlier)
        assert old.status_code == 409
        assert "Choisissez à nouveau" in words(old)
        for to in ("", "x", "2026-11-25/morning/", "2036-01-01/morning/2036-01-01T08:00:00+00:00", str(earlier["to"])):
            assert leo.post(f"/agenda/visits/{visit}/move", {"seen": later["to"], "to": to}).status_code == 409
        assert hour_of(visit) == tomorrow(9, 30)

    def test_one_passage_of_a_plan_moves_alone(self, town: Town, odile: UUID, maya: Nurse) -> None:
        every_other = planned(TOMORROW, TOMORROW + timedelta(days=8), ["morning"], every=2)
        request_id = taken_by(town, maya, patient=odile, visits=every_other)
        row = passage(request_id, TOMORROW).id
        assert moves(maya, row, "Le lendemain") == 303
        db.session.rollback()
        moved = db.session.get_one(Passage, row)
        assert moved.day == TOMORROW + timedelta(days=1)
        kept = read_visits(db.session.get_one(CareRequest, request_id).visits)
        assert set(kept) == {*every_other[1:], Visit(TOMORROW + timedelta(days=1), "morning")}
        assert moved.say_by == clock.midnight(TOMORROW + timedelta(days=2)) + timedelta(hours=8)
        assert db.session.scalars(select(Step.kind).where(Step.request_id == request_id)).all()[-1] == "moved"
        assert undoes(maya, row) == 303
        db.session.rollback()
        assert set(read_visits(db.session.get_one(CareRequest, request_id).visits)) == set(every_other)

    def test_this_afternoon_it_has_an_hour_and_the_tour_says_it(
        self, town: Town, odile: UUID, maya: Nurse, plan: UUID
    ) -> None:
        at_day(TOMORROW, 8)
        row = passage(plan, TOMORROW).id
        assert moves(maya, row, "Cet après-midi") == 303
        assert passage(plan, TOMORROW, "midday").id == row
        assert "14 h" in words(maya.get("/visits"))
        assert "14 h" in agenda(town.orientation_nurse, odile)
        at_day(TOMORROW, 15)
        assert says(maya, plan, TOMORROW, "midday") == "said"
        assert moves_nothing(maya, row)

    def test_what_is_not_hers_any_more_does_not_move(self, town: Town, odile: UUID, maya: Nurse, plan: UUID) -> None:
        at_day(TOMORROW, 8)
        row, ines = passage(plan, TOMORROW).id, town.nurse("Ines")
        sent = choices(maya, row)["Cet après-midi"]
        with transaction():
            db.session.get_one(Passage, row).role_id = db.session.get_one(PractitionerRole, ines.role_id).id
        assert maya.post(f"/agenda/visits/{row}/move", sent).status_code == 404
        assert told("moved") == set()

    def test_while_she_is_in_hospital_nothing_moves(self, town: Town, odile: UUID, maya: Nurse, plan: UUID) -> None:
        at_day(TOMORROW, 8)
        row = passage(plan, TOMORROW).id
        sent = choices(maya, row)["Cet après-midi"]
        with transaction():
            stays.admit(odile, town.hospital_id, by=town.orientation_nurse.account, now=clock.now())
        refused = maya.post(f"/agenda/visits/{row}/move", sent)
        assert refused.status_code == 409
        assert "ne se déplace plus" in words(refused)


def moves_nothing(person: Nurse, visit: UUID) -> bool:
    return "Cette visite ne se déplace plus d'ici" in words(person.get(f"/agenda/visits/{visit}"))


class TestHerOwnWeek:
    def test_over_all_persons(self, town: Town, odile: UUID, maya: Nurse, plan: UUID) -> None:
        other = town.patient("Monique")
        meets(town, maya, other, tomorrow(9))
        read = words(maya.get(f"/agenda?week={WEEK}"))
        assert "Odile" in read
        assert "Monique" in read
        assert "Évry" in read
        assert "12 allée des Tilleuls" not in read

    def test_she_cannot_be_with_two_at_once(self, town: Town, odile: UUID, maya: Nurse) -> None:
        meets(town, maya, odile, tomorrow(9))
        meets(town, maya, town.patient("Monique"), tomorrow(9, 10))
        assert words(maya.get(f"/agenda?week={WEEK}")).count("Deux visites à la même heure") == 2

    def test_what_has_no_hour_yet_is_said_apart(self, town: Town, odile: UUID, maya: Nurse) -> None:
        request_id = town.asks(patient=odile)
        with transaction():
            request = db.session.get_one(CareRequest, request_id)
            dispatch.assign(request, role_of(maya), by=maya.account, now=clock.now())
            prepare(request, clock.now())
        assert town.request(request_id).state is State.ACCEPTED
        assert "Heure à fixer" in words(maya.get(f"/agenda?week={WEEK}"))
        assert "Heure à fixer" in agenda(town.orientation_nurse, odile)

    def test_who_asks_only_has_no_such_page(self, town: Town) -> None:
        assert town.orientation_nurse.get("/agenda").status_code == 403

    def test_a_colleague_of_the_service_moves_what_is_the_service_s(self, town: Town, odile: UUID) -> None:
        helper = town.service("Aide à domicile du Parc", Profession.HOME_HELP)
        visit = meets(town, helper, odile, tomorrow(11))
        place = helper.account.organizations()[0]
        colleague = town._person("Lise", "Roche", Role.PRACTITIONER, place)
        assert moves(colleague, visit, "Une demi-heure plus tôt") == 303
        assert hour_of(visit) == tomorrow(10, 30)


def test_the_sheet_for_her_refrigerator_says_no_care(town: Town, odile: UUID, maya: Nurse, plan: UUID) -> None:
    sheet = words(town.orientation_nurse.get(f"/patients/{odile}/agenda/fridge?week={WEEK}"))
    assert "Mercredi 25 novembre" in sheet
    assert "Maya" in sheet
    assert "infirmi" not in sheet.split("Sans nom")[0]
    care = db.session.get_one(CareRequest, plan).need.care
    assert care not in sheet
    assert date(2026, 11, 23).isoformat() == WEEK
