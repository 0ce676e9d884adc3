"""The six pathways as tales: who is asked, what follows a yes, what ends it (MISSION rows A3 to A33)."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app import clock
from app.accounts.models import Role
from app.care_requests import actions as care_requests
from app.care_requests import opening
from app.care_requests.models import CareRequest, CareTask, InformationCopy, State, Verb
from app.care_requests.rules import planned
from app.circles import actions as circles
from app.circles import queries as circle_queries
from app.circles.models import Told, Usual
from app.consents.models import Consent
from app.core.db import db, transaction
from app.directory.actions import accept_requests, replace
from app.directory.models import Practitioner, PractitionerRole, Profession
from app.dispatch import actions as dispatch
from app.dispatch import answers
from app.dispatch.models import Offer, OfferState
from app.dispatch.queries import reach
from app.language.phrases import told
from app.language.typography import plain
from app.messages import actions as messages
from app.messages.rules import Wishes
from app.patients.models import Patient
from tests.factories.town import Nurse, Person, Town

DOCTOR_SAYS = {"alarm": "no", "vitals": "normal", "autonomy": "alone"}


def says(nurse: Nurse, **said: object) -> answers.AnswerResult:
    """She accepts the last thing she was offered."""
    offer = nurse.offer()
    assert offer is not None, "nothing was offered to her"
    with transaction():
        return answers.accept(db.session.get_one(Offer, offer.id), by=nurse.account, now=clock.now(), **said)


def moves(town: Town, request: UUID, verb: Verb, by: Person) -> None:
    with transaction():
        assert care_requests.move(care_requests.lock(request), verb, by=by.account, now=clock.now())


def senior_doctor(town: Town) -> Person:
    return town._person("Paul", "Aubry", Role.REQUESTER, town.emergency_id)


class TestReorientationFromTheEmergencyDepartment:
    def test_a_senior_doctor_decides_before_anybody_is_asked(self, town: Town) -> None:
        doctor, senior = town.doctor("Marc"), senior_doctor(town)
        request = town.asks("ed-reorientation", answers=DOCTOR_SAYS, decider_id=senior.account_id)
        town.time_passes(minutes=10)
        assert (town.request(request).state, doctor.offer()) == (State.DRAFT, None)
        with transaction():
            assert dispatch.decide(town.request(request), True, by=senior.account, now=clock.now())
        town.time_passes(seconds=1)
        assert doctor.offer() is not None
        assert [s.author_name for s in town.request(request).steps if s.kind == "approve"] == ["Paul Aubry"]

    def test_a_senior_doctor_keeps_the_patient(self, town: Town) -> None:
        doctor, senior = town.doctor("Marc"), senior_doctor(town)
        request = town.asks("ed-reorientation", decider_id=senior.account_id)
        with transaction():
            assert dispatch.decide(town.request(request), False, by=senior.account, now=clock.now(), reason="ECG")
        town.time_passes(minutes=1)
        assert (town.request(request).state, doctor.offer()) == (State.CANCELLED, None)
        with transaction():
            assert not dispatch.decide(town.request(request), True, by=senior.account, now=clock.now()), "it is said"

    def test_a_decision_that_nobody_takes_ends_the_request_aloud(self, town: Town) -> None:
        doctor, senior = town.doctor("Marc"), senior_doctor(town)
        request = town.asks("ed-reorientation", decider_id=senior.account_id)
        town.time_passes(hours=35)
        assert town.request(request).state is State.DRAFT
        town.time_passes(hours=2)
        assert (town.request(request).state, doctor.offer()) == (State.CANCELLED, None)
        assert "aucune décision à temps" in [step.detail for step in town.request(request).steps]

    def test_the_patient_refuses_and_it_stays_written(self, town: Town) -> None:
        doctor, patient = town.doctor("Marc"), town.patient()
        nurse = town.orientation_nurse
        with transaction():
            request = opening.note_refusal(
                town.need("ed-reorientation"),
                db.session.get_one(Patient, patient),
                request_id=None,
                by=nurse.account,
                organization_id=town.emergency_id,
                now=clock.now(),
            ).id
        town.time_passes(minutes=1)
        assert (town.request(request).state, doctor.offer()) == (State.CANCELLED, None)
        given = db.session.scalars(select(Consent.given_how).where(Consent.patient_id == patient)).all()
        assert "refused" in given

    def test_the_usual_doctor_then_her_practice_then_the_nearest(self, town: Town) -> None:
        far = town.doctor("Loin", km=4)
        usual = town.doctor("Marc", km=9)
        colleague = town.doctor("Leïla", km=9)
        with transaction():
            mine = db.session.get_one(PractitionerRole, usual.role_id)
            db.session.get_one(PractitionerRole, colleague.role_id).organization_id = mine.organization_id
        town.asks("ed-reorientation", patient=town.patient(usual=[usual]))
        town.time_passes(seconds=1)
        assert (usual.offer().usual, colleague.offer(), far.offer()) == (True, None, None)
        town.time_passes(minutes=10)
        assert (colleague.offer() is not None, far.offer()) == (True, None)
        town.time_passes(minutes=10)
        assert far.offer() is not None
        assert usual.offer().state is OfferState.OPEN, "she may still answer: the patient knows her"

    def test_who_replaces_the_usual_doctor_is_asked_in_her_place(self, town: Town) -> None:
        usual, replacement = town.doctor("Marc"), town.doctor("Leïla", km=30)
        with transaction():
            away, there = (db.session.get_one(PractitionerRole, d.role_id) for d in (usual, replacement))
            replace(away, there, clock.now() + timedelta(days=8))
        town.asks("ed-reorientation", patient=town.patient(usual=[usual]))
        town.time_passes(seconds=1)
        assert (usual.offer(), replacement.offer().usual) == (None, True)

    def test_the_emergency_department_reads_who_and_when(self, town: Town) -> None:
        doctor = town.doctor("Marc")
        request = town.asks("ed-reorientation")
        town.time_passes(seconds=1)
        assert says(doctor) is answers.AnswerResult.WON
        clock.advance(timedelta(minutes=40))
        moves(town, request, Verb.START, doctor)
        clock.advance(timedelta(minutes=20))
        moves(town, request, Verb.FINISH, doctor)
        kinds = {step.kind: step.at for step in town.request(request).steps}
        assert kinds["finish"] - kinds["start"] == timedelta(minutes=20)
        assert "Marc Dupré" in town.orientation_nurse.get(f"/requests/{request}").text


class TestHomeCare:
    @pytest.fixture
    def plan(self) -> tuple:
        """Ten days, mornings and evenings, from tomorrow."""
        first = date(2026, 11, 25)
        return planned(first, first + timedelta(days=9), ["morning", "evening"])

    def test_a_yes_for_the_mornings_offers_the_evenings_again_by_itself(self, town: Town, plan: tuple) -> None:
        maya, ines = town.nurse("Maya"), town.nurse("Inès", km=2)
        whole = town.asks(visits=plan)
        town.time_passes(seconds=1)
        assert says(maya, said="mornings") is answers.AnswerResult.WON
        rest = db.session.scalars(select(CareRequest).where(CareRequest.split_from_id == whole)).one()
        assert (rest.state, rest.episode_id) == (State.SEARCHING, town.request(whole).episode_id)
        assert {visit.rpartition("/")[2] for visit in rest.visits} == {"evening"}
        assert sorted([*town.request(whole).visits, *rest.visits]) == sorted(map(str, plan))
        town.time_passes(seconds=1)
        assert ines.offer().request_id == rest.id
        assert maya.offer().request_id == whole, "who has a part is not asked for the rest"
        assert says(ines) is answers.AnswerResult.WON
        assert town.request(rest.id).state is State.ACCEPTED

    def test_three_visits_out_of_four(self, town: Town, plan: tuple) -> None:
        maya = town.nurse("Maya")
        whole = town.asks(visits=plan)
        town.time_passes(seconds=1)
        says(maya, said="three-in-four")
        rest = db.session.scalars(select(CareRequest).where(CareRequest.split_from_id == whole)).one()
        assert (len(town.request(whole).visits), len(rest.visits)) == (15, 5)

    def test_a_condition_that_would_take_nothing_takes_all(self, town: Town) -> None:
        maya = town.nurse("Maya")
        evenings = planned(date(2026, 11, 25), date(2026, 11, 27), ["evening"])
        whole = town.asks(visits=evenings)
        town.time_passes(seconds=1)
        says(maya, said="mornings")
        assert len(town.request(whole).visits) == 3
        assert not db.session.scalars(select(CareRequest).where(CareRequest.split_from_id == whole)).all()

    def test_her_clock_stands_while_her_question_waits(self, town: Town) -> None:
        maya = town.nurse("Maya")
        request = town.asks()
        town.time_passes(seconds=1)
        with transaction():
            offer = db.session.get_one(Offer, maya.offer().id)
            inquiry = answers.ask(offer, "Y a-t-il un ascenseur ?", by=maya.account, now=clock.now()).id
        town.time_passes(hours=2)
        assert maya.offer().state is OfferState.OPEN, "twenty minutes would have been over"
        with transaction():
            asked = db.session.get_one(answers.Inquiry, inquiry)
            assert answers.reply(asked, "Oui.", by=town.orientation_nurse.account, now=clock.now())
        town.time_passes(minutes=19)
        assert maya.offer().state is OfferState.OPEN
        assert maya.notices()[-1]["notification"]["title"] == "Réponse à votre question"
        town.time_passes(minutes=2)
        assert maya.offer().state is OfferState.EXPIRED
        assert town.request(request).state is State.SEARCHING or town.request(request).coordinator_id

    def test_not_me_but_my_colleague(self, town: Town) -> None:
        maya, ines = town.nurse("Maya"), town.nurse("Inès", km=60)
        with transaction():
            mine, hers = (db.session.get_one(PractitionerRole, n.role_id) for n in (maya, ines))
            hers.organization_id = mine.organization_id
        request = town.asks()
        town.time_passes(seconds=1)
        with transaction():
            offer = db.session.get_one(Offer, maya.offer().id)
            (colleague,) = answers.colleagues_for(offer)
            answers.relay(offer, colleague, by=maya.account, now=clock.now())
        town.time_passes(seconds=1)
        assert maya.offer().state is OfferState.RELAYED, "a relay is no refusal"
        assert reach([request])[request].refused == 0
        assert ines.offer().relayed_by == "Maya Dupré"
        assert says(ines) is answers.AnswerResult.WON
        assert town.request(request).performer_id == ines.role_id

    def test_a_late_yes_is_welcome_as_long_as_nobody_has_it(self, town: Town) -> None:
        maya, ines = town.nurse("Maya"), town.nurse("Inès", km=2)
        request = town.asks()
        town.time_passes(seconds=1)
        town.time_passes(days=3)
        assert town.request(request).state is State.UNANSWERED
        assert says(maya) is answers.AnswerResult.WON
        assert says(ines) is answers.AnswerResult.TOO_LATE

    def test_a_dressing_for_tomorrow_does_not_expire_at_night(self, town: Town) -> None:
        maya = town.nurse("Maya")
        clock.advance(timedelta(hours=10, minutes=50))  # 20:50 in Paris: ten minutes of the pathway's day are left
        town.asks()
        town.time_passes(seconds=1)
        town.time_passes(hours=8)
        assert maya.offer().state is OfferState.OPEN
        town.time_passes(hours=3)
        assert maya.offer().state is OfferState.EXPIRED

    def test_the_one_who_can_is_asked_before_the_nearest(self, town: Town) -> None:
        town.asks_at_once("home-care", 1)
        near, able = town.nurse("Près", km=1), town.nurse("Douée", km=4)
        with transaction():
            db.session.get_one(PractitionerRole, able.role_id).skills = ["wounds"]
        town.asks(reason="dressing")
        town.time_passes(seconds=1)
        assert (near.offer(), plain(told(able.offer().rank_line))) == (
            None,
            "à 4 km, Plaies et cicatrisation, aucune alerte depuis 7 jours",
        )

    def test_care_that_does_not_begin_is_said(self, town: Town) -> None:
        maya = town.nurse("Maya")
        request = town.asks()
        town.time_passes(seconds=1)
        says(maya)
        town.time_passes(hours=47)
        assert town.request(request).late_at is None
        town.time_passes(hours=2)
        assert town.request(request).late_at is not None
        assert [step.kind for step in town.request(request).steps].count("late") == 1

    def test_the_usual_doctor_is_told_and_answers_nothing(self, town: Town) -> None:
        maya, doctor = town.nurse("Maya"), town.doctor("Marc")
        town.asks(patient=town.patient(usual=[doctor]))
        town.time_passes(seconds=1)
        says(maya)
        copy = db.session.scalars(select(InformationCopy)).one()
        assert (copy.practitioner_id, copy.read_at) == (doctor.practitioner_id, None)
        town.time_passes(seconds=1)
        assert doctor.notices()[-1]["notification"]["title"] == "Pour votre information"
        with transaction():
            care_requests.read_copies(doctor.practitioner_id, now=clock.now())
        assert doctor.offer() is None


class TestMaternity:
    def test_registration_in_the_maternity_that_she_chose(self, town: Town) -> None:
        """A3 to A8, A11: four days to answer, a call-back, the midwife becomes the usual one, the doctor is told."""
        midwife, doctor = town.professional("Julie", Profession.MIDWIFE), town.doctor("Marc")
        chosen = town.service("Maternité des Coquelicots", Profession.MATERNITY)
        other = town.service("Maternité des Tilleuls", Profession.MATERNITY)
        patient = town.patient("Amina", usual=[doctor])
        request = town.asks(
            "maternity-registration", patient=patient, by=midwife, chosen_role_id=chosen.role_id, window="month"
        )
        town.time_passes(seconds=1)
        assert (chosen.offer().knows_patient, other.offer()) == (True, None)
        assert town.request(request).answer_by == clock.now() - timedelta(seconds=1) + timedelta(days=4)
        assert says(chosen) is answers.AnswerResult.WON
        usual = circle_queries.usual_member(patient, "midwife")
        assert usual is not None and usual.practitioner_id == midwife.practitioner_id
        task = db.session.scalars(select(CareTask).where(CareTask.request_id == request)).one()
        assert (task.owner, task.due_at - clock.now()) == ("performer", timedelta(hours=72))
        assert db.session.scalars(select(InformationCopy.practitioner_id)).one() == doctor.practitioner_id
        town.time_passes(hours=73)
        assert chosen.notices()[-1]["notification"]["title"] == "Une tâche vous attend"
        with transaction():
            care_requests.finish_task(db.session.get_one(CareTask, task.id), by=chosen.account, now=clock.now())
        assert "task" in [step.kind for step in town.request(request).steps]

    def test_a_chosen_maternity_that_wants_no_requests_is_not_asked(self, town: Town) -> None:
        """Nobody was ever asked, and a human knows at once."""
        midwife = town.professional("Julie", Profession.MIDWIFE)
        chosen = town.service("Maternité des Coquelicots", Profession.MATERNITY)
        with transaction():
            accept_requests(db.session.get_one(PractitionerRole, chosen.role_id), False)
        request = town.asks("maternity-registration", by=midwife, chosen_role_id=chosen.role_id, window="month")
        town.time_passes(seconds=1)
        assert (chosen.offer(), town.request(request).state) == (None, State.UNANSWERED)

    def test_a_maternity_that_stays_silent_for_four_days(self, town: Town) -> None:
        midwife = town.professional("Julie", Profession.MIDWIFE)
        chosen = town.service("Maternité des Coquelicots", Profession.MATERNITY)
        request = town.asks("maternity-registration", by=midwife, chosen_role_id=chosen.role_id, window="month")
        town.time_passes(seconds=1)
        town.time_passes(days=3, hours=23)
        assert town.request(request).state is State.SEARCHING
        town.time_passes(hours=2)
        assert town.request(request).state is State.UNANSWERED
        assert town.request(request).coordinator_id == town.coordinator.account_id

    def test_return_home_with_the_usual_midwife_failing_that_another(self, town: Town) -> None:
        usual, other = (town.professional(name, Profession.MIDWIFE, km=km) for name, km in (("Julie", 8), ("Inès", 3)))
        patient = town.patient("Mariam", usual=[usual])
        request = town.asks("maternity-return-home", patient=patient, window="two-days")
        town.time_passes(seconds=1)
        assert (usual.offer().knows_patient, other.offer()) == (True, None)
        usual.refuses("full")
        town.time_passes(seconds=1)
        assert other.offer().knows_patient is False
        says(other)
        now_usual = circle_queries.usual_member(patient, "midwife")
        assert now_usual is not None and now_usual.practitioner_id == other.practitioner_id
        assert town.request(request).start_by - clock.now() == timedelta(hours=48)


class TestDischargeHome:
    def test_every_need_is_searched_on_its_own(self, town: Town) -> None:
        nurse, physio = town.nurse("Maya"), town.professional("Damien", Profession.PHYSIOTHERAPIST)
        equipment = town.service("Matériel Santé", Profession.EQUIPMENT)
        help_at_home = town.service("Aide à domicile", Profession.HOME_HELP)
        patient = town.patient("Robert")
        wanted = ("nurse", "physiotherapist", "equipment", "home-help", "doctor")
        with transaction():
            opened = opening.open_several(
                [town.need("discharge-home", reason, "tomorrow") for reason in wanted],
                db.session.get_one(Patient, patient),
                request_id=None,
                organization_id=town.emergency_id,
                by=town.orientation_nurse.account,
                now=clock.now(),
            )
            ids = [request.id for request in opened]
        town.time_passes(seconds=1)
        for person in (nurse, physio, equipment, help_at_home):
            assert says(person) is answers.AnswerResult.WON
        states = [town.request(one).state for one in ids]
        assert states == [State.ACCEPTED] * 4 + [State.UNANSWERED], "no doctor is near: a human knows at once"
        assert len({town.request(one).episode_id for one in ids}) == 1

    def test_the_requester_must_call_the_patient(self, town: Town) -> None:
        nurse = town.nurse("Maya")
        request = town.asks("discharge-home", reason="nurse", window="tomorrow")
        town.time_passes(seconds=1)
        says(nurse)
        task = db.session.scalars(select(CareTask).where(CareTask.request_id == request)).one()
        assert task.owner == "requester"


class TestBedRequest:
    def test_several_offer_and_the_requester_picks_one(self, town: Town) -> None:
        wards = [town.service(f"Médecine {n}", Profession.WARD) for n in range(3)]
        request = town.asks("bed-request", reason="medicine", window="at-once", answers={"duration": "night"})
        town.time_passes(seconds=1)
        assert [says(ward) for ward in wards[:2]] == [answers.AnswerResult.PROPOSED] * 2
        assert town.request(request).state is State.SEARCHING
        with transaction():
            picked = db.session.get_one(Offer, wards[1].offer().id)
            assert dispatch.choose(picked, by=town.orientation_nurse.account, now=clock.now())
        town.time_passes(seconds=1)
        assert [ward.offer().state for ward in wards] == [OfferState.LOST, OfferState.WON, OfferState.LOST]
        assert wards[0].notices()[-1]["notification"]["title"] == "Une autre proposition est retenue"
        assert wards[1].notices()[-1]["notification"]["title"] == "Demande acceptée"
        moves(town, request, Verb.START, wards[1])
        moves(town, request, Verb.FINISH, wards[1])

    def test_enough_proposals_stop_the_search_and_the_deadline_gives_it_to_a_human(self, town: Town) -> None:
        wards = [town.service(f"Médecine {n}", Profession.WARD) for n in range(3)]
        far = town.service("Médecine loin", Profession.WARD, commune="91174")
        request = town.asks("bed-request", reason="medicine", window="at-once")
        town.time_passes(seconds=1)
        for ward in wards:
            says(ward)
        town.time_passes(hours=1)
        assert far.offer() is None, "three are enough to choose from"
        town.time_passes(hours=4)
        assert town.request(request).state is State.UNANSWERED
        with transaction():
            picked = db.session.get_one(Offer, wards[0].offer().id)
            assert dispatch.choose(picked, by=town.orientation_nurse.account, now=clock.now()), "it is not too late"

    def test_the_ward_that_asks_is_not_asked(self, town: Town) -> None:
        asking = town.service("Médecine qui déborde", Profession.WARD)
        other = town.service("Médecine à côté", Profession.WARD)
        town.asks("bed-request", by=asking, reason="surgery", window="at-once")
        town.time_passes(seconds=1)
        assert (asking.offer(), other.offer() is not None) == (None, True)

    def test_people_and_things_are_lent_without_any_patient(self, town: Town) -> None:
        ward = town.service("Médecine à côté", Profession.WARD)
        with transaction():
            request = opening.open_request(
                town.need("staff", "nurse", "today"),
                None,
                organization_id=town.emergency_id,
                by=town.orientation_nurse.account,
                now=clock.now(),
            ).id
        town.time_passes(seconds=1)
        assert says(ward) is answers.AnswerResult.PROPOSED
        assert town.request(request).about == "Sans patient"
        assert "Infirmière ou infirmier" in town.orientation_nurse.get(f"/requests/{request}").text


class TestTheRequestersHand:
    def test_found_by_telephone(self, town: Town) -> None:
        maya, ines = town.nurse("Maya"), town.nurse("Inès", km=2)
        request = town.asks()
        town.time_passes(seconds=1)
        with transaction():
            role = db.session.get_one(PractitionerRole, ines.role_id)
            assert dispatch.assign(town.request(request), role, by=town.coordinator.account, now=clock.now())
        town.time_passes(seconds=1)
        assert (maya.offer().state, ines.offer().state) == (OfferState.LOST, OfferState.WON)
        assert ines.notices()[-1]["notification"]["title"] == "Demande acceptée"

    def test_widen_at_once(self, town: Town) -> None:
        town.nurse("Maya", km=1)
        far = town.nurse("Loin", km=9)
        request = town.asks()
        town.time_passes(seconds=1)
        assert far.offer() is None
        with transaction():
            assert dispatch.widen_now(town.request(request), by=town.orientation_nurse.account, now=clock.now())
        town.time_passes(seconds=1)
        assert far.offer() is not None

    def test_another_time(self, town: Town) -> None:
        maya = town.nurse("Maya")
        request = town.asks()
        town.time_passes(seconds=1)
        start, end = clock.now() + timedelta(days=3), clock.now() + timedelta(days=4)
        with transaction():
            assert dispatch.reschedule(
                town.request(request), start, end, by=town.orientation_nurse.account, now=clock.now()
            )
        town.time_passes(seconds=1)
        assert maya.notices()[-1]["notification"]["title"] == "Le moment a changé"
        assert town.request(request).answer_by == end

    def test_given_to_somebody_else(self, town: Town) -> None:
        maya, ines = town.nurse("Maya"), town.nurse("Inès", km=2)
        request = town.asks()
        town.time_passes(seconds=1)
        says(maya)
        with transaction():
            assert dispatch.reassign(
                town.request(request), by=town.orientation_nurse.account, now=clock.now(), reason="elsewhere"
            )
        town.time_passes(seconds=1)
        assert ines.offer().state is OfferState.OPEN
        assert maya.offer().state is OfferState.WITHDRAWN
        assert maya.notices()[-1]["notification"]["title"] == "Une demande acceptée est annulée"

    def test_nobody_is_asked_who_is_off(self, town: Town) -> None:
        usual = town.doctor("Marc")
        with transaction():
            accept_requests(db.session.get_one(PractitionerRole, usual.role_id), False)
        town.asks("ed-reorientation", patient=town.patient(usual=[usual]))
        town.time_passes(seconds=1)
        assert usual.offer() is None


def test_the_usual_carer_is_one_of_each_profession(town: Town) -> None:
    first, second = town.nurse("Maya"), town.nurse("Inès")
    patient = town.patient(usual=[first])
    with transaction():
        circles.set_usual(
            patient,
            Usual.herself(db.session.get_one(Practitioner, second.practitioner_id)),
            told=Told.NAMED,
            now=clock.now(),
        )
    usual = circle_queries.usual_member(patient, "nurse")
    assert usual is not None and usual.practitioner_id == second.practitioner_id


class TestAttention:
    def test_who_has_heard_enough_today_is_passed_over(self, town: Town) -> None:
        near, next_one = town.nurse("Près", km=1), town.nurse("Ensuite", km=3)
        town.asks_at_once("home-care", 1)
        with transaction():
            messages.set_wishes(near.account_id, Wishes(daily_cap=1), clock.now())
        town.asks()
        town.time_passes(seconds=1)
        first = near.offer()
        assert first is not None
        town.asks(patient=town.patient("Odette"))
        town.time_passes(seconds=1)
        assert (near.offer().id, next_one.offer() is not None) == (first.id, True)

    def test_but_not_when_it_is_urgent(self, town: Town) -> None:
        midwife = town.professional("Julie", Profession.MIDWIFE)
        with transaction():
            messages.set_wishes(midwife.account_id, Wishes(daily_cap=0), clock.now())
        town.asks("maternity-return-home", reason="first-visit", window="two-days")
        town.time_passes(seconds=1)
        assert midwife.offer() is None
        town.asks("maternity-return-home", reason="early-exit", window="two-days", patient=town.patient("Odette"))
        town.time_passes(seconds=1)
        assert midwife.offer() is not None

    def test_who_took_less_today_comes_before_her_neighbour(self, town: Town) -> None:
        laden, free = town.nurse("Prise", km=1.0), town.nurse("Libre", km=1.2)
        town.asks_at_once("home-care", 1)
        town.asks()
        town.time_passes(seconds=1)
        says(laden)
        town.asks(patient=town.patient("Odette"))
        town.time_passes(seconds=1)
        assert told(free.offer().rank_line).startswith("à 1,2")
        free.refuses()
        town.time_passes(seconds=1)
        assert "déjà prises aujourd'hui : 1, alertes en 7 jours : 1" in plain(told(laden.offer().rank_line))

    def test_two_searches_that_move_together_know_of_each_other(self, town: Town) -> None:
        near, beside = town.nurse("Proche", km=1.00), town.nurse("Voisine", km=1.05)
        town.asks_at_once("home-care", 1)
        town.asks()
        town.asks(patient=town.patient("Odette"))
        town.time_passes(seconds=1)
        assert (near.offer() is not None, beside.offer() is not None) == (True, True), "one of them has both"

    def test_who_wants_one_alert_a_day_gets_one_of_two_that_move_together(self, town: Town) -> None:
        maya, far = town.nurse("Maya", km=1), town.nurse("Loin", km=4)
        with transaction():
            messages.set_wishes(maya.account_id, Wishes(daily_cap=1), clock.now())
        town.asks_at_once("home-care", 1)
        for name in ("Odette", "Marcel"):
            town.asks(patient=town.patient(name))
        town.time_passes(seconds=1)
        asked = select(Offer.recipient_id).where(Offer.state == OfferState.OPEN)
        assert set(db.session.scalars(asked)) == {maya.practitioner_id, far.practitioner_id}


class TestOtherProfessions:
    def test_a_pharmacist_is_asked_for_medicines_when_no_nurse_can(self, town: Town) -> None:
        nurse, pharmacist = town.nurse("Maya"), town.professional("Léo", Profession.PHARMACIST)
        asked = town.asks(reason="medication")
        town.time_passes(seconds=1)
        assert pharmacist.offer() is None
        nurse.refuses("full")
        town.time_passes(seconds=1)
        assert pharmacist.accepts() == 200
        assert town.request(asked).performer_id == pharmacist.role_id

    def test_and_never_for_a_dressing(self, town: Town) -> None:
        nurse, pharmacist = town.nurse("Maya"), town.professional("Léo", Profession.PHARMACIST)
        asked = town.asks(reason="dressing")
        town.time_passes(seconds=1)
        nurse.refuses("full")
        town.time_passes(seconds=1)
        assert pharmacist.offer() is None
        assert town.request(asked).state is State.UNANSWERED

    def test_equipment_that_no_ward_lends_may_be_hired(self, town: Town) -> None:
        ward, store = town.service("Médecine B", Profession.WARD), town.service("Matériel", Profession.EQUIPMENT)
        town.asks("equipment", reason="infusion-pump")
        town.time_passes(seconds=1)
        assert store.offer() is None
        ward.refuses()
        town.time_passes(seconds=1)
        assert store.offer() is not None
