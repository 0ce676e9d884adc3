"""The care of a person is coordinated: opened, told to her, shared, reviewed, handed over, refused, closed."""

from datetime import timedelta

from sqlalchemy import select

from app import clock
from app.accounts.models import Account, Role
from app.audit.models import AuditEvent
from app.consents.agreements import consents_of, withdraw
from app.consents.models import Consent, Refusing
from app.consents.objections import Whom, object_to
from app.core.db import db, transaction
from app.folders.models import FolderStep
from app.folders.rules import FolderState, MemberState
from app.membership.leaving import leave
from app.patients.models import Cause
from app.patients.relations import Holder, relate
from app.stays import actions as stays
from app.stays import queries as stay_queries
from tests.desk.screen import words
from tests.factories.town import Person, Town
from tests.folders.conftest import Around


def steps(around: Around) -> list[str]:
    folder_id = around.folder.id
    mine = select(FolderStep.kind).where(FolderStep.folder_id == folder_id).order_by(FolderStep.id)
    return list(db.session.scalars(mine))


def may_open(around: Around, person: Person) -> bool:
    return person.get(f"/patients/{around.patient}").status_code == 200


class TestOpening:
    def test_begins_on_the_persons_page_and_says_what_misses(self, around: Around) -> None:
        person = words(around.manager.get(f"/patients/{around.patient}"))
        assert "Ouvrir un dossier de coordination" in person
        answer = around.opens()
        assert answer.status_code == 303
        shown = words(around.manager.get(answer.location))
        assert "En préparation" in shown
        assert "Lui dire ce qu'est ce dossier" in shown
        assert "seule votre équipe lit ce dossier" in shown
        assert "Camille Serra" in shown
        assert around.folder.review_on == (clock.paris(clock.now()) + timedelta(days=90)).date()

    def test_bad_answers_come_back_with_what_was_typed(self, around: Around) -> None:
        answer = around.opens(level="", why="Elle rentre seule", review_on="12/03/2020")
        assert answer.status_code == 422
        assert "Elle rentre seule" in answer.text
        assert "Choisissez un jour à venir" in words(answer)

    def test_the_second_of_two_is_led_to_the_first(self, around: Around) -> None:
        """FACTS_COORDINATION, check 7."""
        around.opens()
        first = around.folder.id
        again = around.opens(around.town.orientation_nurse)
        assert again.status_code == 303
        shown = around.town.orientation_nurse.get(again.location)
        assert shown.location == f"/folders/{first}"
        assert around.folder.id == first

    def test_whoever_may_not_read_it_is_told_whom_to_call(self, around: Around) -> None:
        around.opens()
        town = around.town
        other = town.requester()
        with transaction():
            place = other.account.organizations()[0]
            relate(around.patient, Holder(organization_id=place), Cause.REQUEST, by=None, now=clock.now())
        shown = words(other.get(f"/patients/{around.patient}/folders/new"))
        assert "Un dossier existe déjà" in shown
        assert "Elle rentre seule" not in shown
        assert other.get(around.at).status_code == 404


class TestAgreement:
    def test_without_it_nobody_outside_the_opening_team_reads(self, around: Around) -> None:
        """FACTS_COORDINATION, check 5."""
        around.opens()
        around.names(around.nurse, around.doctor)
        around.informs(agreed="later")
        refused = around.manager.post(f"{around.at}/proposal")
        assert "sans son accord" in words(around.manager.get(refused.location))
        assert around.folder.state is FolderState.DRAFT
        for person in (around.nurse, around.doctor, around.town.coordinator):
            assert person.get(around.at).status_code in (403, 404)
        assert around.town.orientation_nurse.get(around.at).status_code == 200  # of the ward that opens it
        assert around.nurse.notices() == []

    def test_is_kept_with_how_and_by_whom(self, around: Around) -> None:
        around.opens()
        around.informs(how="phone")
        shown = words(around.manager.get(around.at))
        assert "Au téléphone, le" in shown
        assert "par Camille Serra" in shown
        db.session.rollback()
        kept = db.session.scalars(select(Consent).where(Consent.scope == "folder")).one()
        assert (kept.about_id, kept.given_how) == (around.folder.id, "spoken")


class TestTeam:
    def test_silence_is_never_a_yes_and_two_make_a_team(self, around: Around) -> None:
        around.is_proposed()
        around.town.time_passes(days=2)
        assert around.folder.state is FolderState.PROPOSED
        asked = words(around.nurse.get(around.at))
        assert "Faire équipe autour d'elle" in asked
        assert "Odile" not in asked  # she does not know her, until she says yes
        assert "troisième" not in asked
        assert not may_open(around, around.nurse)
        assert around.nurse.post(f"{around.at}/answer", {"answer": "yes"}).status_code == 303
        assert around.folder.state is FolderState.OPEN
        assert may_open(around, around.nurse)
        assert "troisième" in words(around.nurse.get(around.at))
        assert not may_open(around, around.doctor)
        assert steps(around)[-1] == "open"

    def test_a_no_is_heard_by_who_coordinates(self, around: Around) -> None:
        around.is_proposed()
        around.doctor.post(f"{around.at}/answer", {"answer": "no"})
        assert around.seat(around.doctor).state is MemberState.DECLINED
        assert around.doctor.get(around.at).status_code == 404
        assert around.folder.state is FolderState.PROPOSED

    def test_the_phone_says_nothing_of_whom_it_is_about(self, around: Around) -> None:
        around.is_proposed()
        around.town.time_passes(seconds=1)
        [notice] = around.nurse.notices()
        said = str(notice)
        assert "dossier de coordination" in said
        assert "Odile" not in said
        assert "Évry" not in said

    def test_who_cannot_sign_in_may_say_yes_on_the_telephone(self, around: Around) -> None:
        around.is_proposed()
        member = around.seat(around.nurse)
        url = f"{around.at}/team/{member.id}/told"
        assert around.manager.post(url, {"answer": "yes"}).status_code == 403  # she says it herself
        with transaction():
            member.practitioner.account_id = None
        assert around.manager.post(url, {"answer": "yes"}).status_code == 303
        assert around.folder.state is FolderState.OPEN

    def test_home_helps_read_who_coordinates_and_nothing_of_health(self, around: Around, town: Town) -> None:
        """FACTS_COORDINATION, check 35."""
        around.is_open()
        with transaction():
            place = town._organization("Aide du Parc", "home-help", None).id
        helper = town._person("Lise", "Roche", Role.REQUESTER, place)
        around.manager.post(f"{around.at}/team", {"place": str(place)})
        helper.post(f"{around.at}/answer", {"answer": "yes"})
        shown = words(helper.get(around.at))
        assert "Camille Serra" in shown
        assert "troisième" not in shown
        assert "Retour à la maison" not in shown
        assert "Niveau" not in shown

    def test_whom_the_person_refuses_is_in_no_team(self, around: Around) -> None:
        around.is_open()
        with transaction():
            whom = Whom(Refusing.SOMEBODY, practitioner_id=around.nurse.practitioner_id)
            object_to(around.patient, whom, how="spoken", by=around.manager.account_id, now=clock.now())
        assert around.nurse.get(around.at).status_code == 404
        around.names(around.nurse)
        assert around.seat(around.nurse).state is MemberState.LEFT
        assert len(around.folder.members) == 3


class TestHerWord:
    def test_closes_it_to_others_at_once_and_its_trace_stays(self, around: Around) -> None:
        """FACTS_COORDINATION, check 6."""
        around.is_open()
        assert around.nurse.get(around.at).status_code == 200
        around.manager.post(f"{around.at}/objection")
        assert around.nurse.get(around.at).status_code == 404
        part = around.nurse.get(around.at, htmx=True)
        assert part.status_code == 404
        assert "n'est plus ouvert pour vous" in words(part)
        assert "Odile" not in part.text
        assert not may_open(around, around.nurse)
        trace = words(around.manager.get(around.at))
        assert "La personne s'oppose" in trace
        assert "troisième" not in trace
        assert around.folder.state is FolderState.OBJECTED
        db.session.rollback()
        assert db.session.scalar(select(Consent.withdrawn_at).where(Consent.scope == "folder")) is not None

    def test_taken_back_as_an_agreement_is_the_same(self, around: Around) -> None:
        around.is_open()
        with transaction():
            [kept] = [each for each in consents_of(around.patient) if each.scope == "folder"]
            withdraw(kept, how="spoken", by=around.manager.account_id, now=clock.now())
        assert around.folder.state is FolderState.OBJECTED

    def test_while_she_keeps_her_teams_apart_only_the_opening_team_reads(self, around: Around) -> None:
        around.is_open()
        with transaction():
            object_to(around.patient, Whom(Refusing.TEAM), how="spoken", by=None, now=clock.now())
        assert around.nurse.get(around.at).status_code == 404
        assert around.manager.get(around.at).status_code == 200


class TestGoingOn:
    def test_the_referent_is_asked_on_the_day_and_silence_is_seen(self, around: Around) -> None:
        """FACTS_COORDINATION, check 12."""
        around.is_open()
        around.town.time_passes(days=91)
        assert "à revoir" not in words(around.manager.get("/folders")).split("Vous coordonnez")[0]
        assert "La date de revue est passée" in words(around.manager.get(around.at))
        coordinator = around.town.coordinator
        assert "Camille Serra" not in words(coordinator.get("/folders"))
        around.town.time_passes(days=8)
        assert "1 sans nouvelles" in words(coordinator.get("/board"))
        seen = words(coordinator.get("/folders"))
        assert "Date de revue passée" in seen
        assert "Camille Serra" in seen
        assert "Odile" not in seen
        again = around.manager.post(f"{around.at}/review", {"words": "Elle marche mieux.", "level": "1"})
        assert again.status_code == 303
        shown = words(around.manager.get(around.at))
        assert "Elle marche mieux." in shown
        assert "Niveau 1" in shown
        assert "Camille Serra" not in words(coordinator.get("/folders"))

    def test_waits_for_a_stay_and_goes_on_at_home(self, around: Around) -> None:
        around.is_open()
        with transaction():
            by = db.session.get_one(Account, around.manager.account_id)
            stays.admit(around.patient, around.town.emergency_id, by=by, now=clock.now())
        assert around.folder.state is FolderState.PAUSED
        assert "En pause" in words(around.nurse.get(around.at))
        with transaction():
            by, stay = db.session.get_one(Account, around.manager.account_id), stay_queries.running(around.patient)
            assert stay
            stays.come_home(stay, by=by, now=clock.now())
        assert around.folder.state is FolderState.OPEN
        assert around.folder.ask_at is not None
        assert steps(around)[-2:] == ["pause", "resume"]

    def test_ends_with_her_death_and_comes_back_from_a_mistake(self, around: Around) -> None:
        around.is_open()
        now = clock.now()
        with transaction():
            by = db.session.get_one(Account, around.manager.account_id)
            stays.say_died(around.patient, clock.paris(now).date(), by=by, now=now)
        assert around.folder.state is FolderState.CLOSED
        clock.advance(timedelta(hours=1))
        with transaction():
            by = db.session.get_one(Account, around.manager.account_id)
            assert stays.undo_death(around.patient, by=by, now=clock.now())
        assert around.folder.state is FolderState.OPEN
        assert may_open(around, around.nurse)

    def test_closing_asks_why_and_who_goes_on(self, around: Around) -> None:
        around.is_open()
        assert around.manager.post(f"{around.at}/closing", {"ending": "goals"}).status_code == 422
        said = {"ending": "goals", "relay": "Dr Marc Dupré, son médecin traitant"}
        assert around.manager.post(f"{around.at}/closing", said).status_code == 303
        shown = words(around.nurse.get(around.at))  # who took part reads it for a while
        assert "Ce qui était voulu est atteint" in shown
        assert "Dr Marc Dupré" in shown
        clock.advance(timedelta(days=91))
        assert around.nurse.get(around.at).status_code == 404


class TestHandingOver:
    def test_is_accepted_by_the_receiver(self, around: Around) -> None:
        around.is_open()
        url = f"{around.at}/team/{around.seat(around.nurse).id}/lead"
        assert around.nurse.post(url).status_code == 403  # it is not hers to take
        around.manager.post(url)
        referent = around.folder.referent
        assert referent
        assert referent.name == "Camille Serra"
        assert "Coordonner ce dossier" in words(around.nurse.get(around.at))
        around.nurse.post(f"{around.at}/lead", {"answer": "yes"})
        referent = around.folder.referent
        assert referent
        assert referent.name == "Claire Dupré"
        assert around.manager.post(f"{around.at}/review", {"words": "x", "level": "1"}).status_code == 403

    def test_who_leaves_relais_leaves_the_team_and_the_gap_is_seen(self, around: Around) -> None:
        around.is_open()
        place = around.manager.account.organizations()[0]
        with transaction():
            leave(around.manager.account_id, place, by=around.manager.account_id, now=clock.now())
        assert around.folder.referent is None
        assert "Personne ne coordonne" in words(around.town.coordinator.get("/folders"))
        shown = words(around.nurse.get(around.at))
        assert "Plus personne ne coordonne" in shown
        around.nurse.post(f"{around.at}/team/{around.seat(around.nurse).id}/lead")
        referent = around.folder.referent
        assert referent
        assert referent.name == "Claire Dupré"

    def test_the_referent_hands_over_before_she_leaves(self, around: Around) -> None:
        around.is_open()
        around.manager.post(f"{around.at}/team/{around.seat(around.manager).id}/removal")
        assert around.folder.referent is not None
        around.nurse.post(f"{around.at}/team/{around.seat(around.nurse).id}/removal")
        assert around.seat(around.nurse).state is MemberState.LEFT
        assert not may_open(around, around.nurse)


def test_every_move_has_its_line_in_the_trail(around: Around) -> None:
    around.is_open()
    around.manager.post(f"{around.at}/objection")
    db.session.rollback()
    lines = set(db.session.scalars(select(AuditEvent.event).where(AuditEvent.patient_id == around.patient)))
    assert {"folder.begun", "folder.informed", "folder.asked", "folder.answered", "folder.moved"} <= lines
