"""Check 38 of FACTS_COORDINATION: a nurse asks on her phone, a specialist answers within seven days, late is seen, the
report reaches her and the usual doctor."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app import clock
from app.advice.actions import give
from app.advice.models import Advice
from app.advice.rules import See
from app.care_requests.models import InformationCopy, State
from app.conversations.models import Line
from app.core.db import db, transaction
from app.directory.models import PractitionerRole, Profession
from app.documents.rights import for_account
from app.language.typography import plain
from app.push.models import Message
from app.push.rules import Channel
from tests.desk.screen import document as file
from tests.desk.screen import words
from tests.factories import files
from tests.factories.town import Nurse, Person, Town

QUESTION = "Cette plaie du talon s'infecte-t-elle ?"
ASKED: dict[str, object] = {
    **{"reason": "dermatology", "window": "week", "answer-question": QUESTION},
    **{"answer-context": "Plaie de quinze jours, diabète, coquelicot", "answer-subject": "wound"},
    **{"answer-alarm": "no", "answer-consent": "spoken", "answer-doctor-copy": "yes"},
    **{"answer-direct-line": "06 39 98 00 09", "agreement": "y"},
}
OPINION = {"opinion": "Pas d'infection profonde.", "conduct": "Décharge du talon.", "see": "by"}


def specialist(town: Town, given: str, km: float = 3, skill: str = "specialty-dermatology") -> Nurse:
    made = town.doctor(given, km=km)
    with transaction():
        db.session.get_one(PractitionerRole, made.role_id).skills = [skill]
    return made


def may_find(nurse: Nurse, town: Town) -> str:
    """A patient of hers."""
    return str(town.patient("Odile", usual=[nurse]))


def asks(nurse: Person, patient: str, **more: object) -> UUID:
    sent = nurse.post(f"/requests?pathway=expert-advice&patient={patient}", ASKED | more)
    assert sent.status_code == 303, words(sent)
    return UUID(str(sent.location)[-36:])


def answers(expert: Person, request: UUID, **more: str) -> int:
    day = f"{clock.paris(clock.now()) + timedelta(days=5):%d/%m/%Y}"
    said = {**OPINION, "see_until": day, "key": "touch", **more}
    return expert.post(f"/advice/{request}/opinion", dict(said)).status_code


def of(request: UUID) -> Advice:
    db.session.rollback()
    return db.session.get_one(Advice, request, populate_existing=True)


def test_from_the_nurses_phone_to_the_opinion_and_its_copy(town: Town) -> None:
    nurse, gp = town.nurse("Maya"), town.doctor("Marc", km=1)
    expert, other = specialist(town, "Flora", km=60), specialist(town, "Luc", skill="specialty-cardiology")
    patient = str(town.patient("Odile", usual=[nurse, gp]))
    assert "Demander un avis à distance" in words(nurse.get(f"/patients/{patient}"))
    request = asks(nurse, patient, document=file(files.photo(), "plaie.jpg"))
    town.time_passes(seconds=1)
    assert (other.offer(), gp.offer()) == (None, None)
    offer = expert.offer()
    assert offer is not None, "the nearest of the specialty, sixty kilometres away"
    card = words(expert.get("/inbox"))
    assert "Avis à distance" in card
    assert "Une plaie, la peau" in card
    for secret in (QUESTION, "coquelicot", "Marchand"):
        assert secret not in plain(card)
    assert expert.get(f"/advice/{request}").status_code == 404

    assert expert.accepts() == 200
    shown = plain(words(expert.get(f"/advice/{request}")))
    for told in (QUESTION, "coquelicot", "Dit en face", "Accord recueilli par Maya Dupré", "06 39 98 00 09"):
        assert told in shown
    assert 'src="/documents/' in expert.get(f"/advice/{request}").text
    assert "a pris votre question" in words(nurse.get(f"/advice/{request}"))
    assert answers(expert, request) == 303
    assert answers(expert, request) == 303, "a second tap is the same answer"
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Line)) == 1

    read = words(nurse.get(f"/advice/{request}"))
    assert "Pas d'infection profonde." in plain(read)
    assert "À voir en consultation avant le" in read
    copy = db.session.scalar(select(InformationCopy).where(InformationCopy.practitioner_id == gp.practitioner_id))
    assert copy is not None
    assert "Décharge du talon." in words(gp.get(f"/conversations/{request}"))
    assert "Pas d'infection profonde." in plain(words(expert.get(f"/patients/{patient}")))
    assert nurse.post(f"/conversations/{request}/lines", {"text": "Et la marche ?"}, htmx=True).status_code == 200
    assert "Et la marche ?" in words(expert.get(f"/advice/{request}"))
    for secret in ("plaie", "talon", "coquelicot", "Marchand", "Odile"):
        assert secret not in str(expert.notices() + nurse.notices() + gp.notices())

    town.time_passes(days=15)
    assert town.request(request).state is State.DONE


def test_without_her_agreement_nothing_leaves_and_nothing_typed_is_lost(town: Town) -> None:
    nurse = town.nurse("Maya")
    patient = may_find(nurse, town)
    for said in ({"answer-consent": "refused"}, {"agreement": ""}, {"answer-alarm": "yes"}):
        sent = nurse.post(f"/requests?pathway=expert-advice&patient={patient}", {**ASKED, **said})
        assert sent.status_code == 422
        assert "coquelicot" in sent.text
    assert db.session.scalar(select(func.count()).select_from(Advice)) == 0


def test_whom_she_does_not_want_to_have_it_gets_no_copy(town: Town) -> None:
    nurse, gp, expert = town.nurse("Maya"), town.doctor("Marc"), specialist(town, "Flora")
    patient = str(town.patient("Odile", usual=[nurse, gp]))
    request = asks(nurse, patient, **{"answer-doctor-copy": "no"})
    town.time_passes(seconds=1)
    assert expert.accepts() == 200
    assert answers(expert, request) == 303
    assert db.session.scalar(select(func.count()).select_from(InformationCopy)) == 0
    assert gp.get(f"/conversations/{request}").status_code == 404


def test_who_declines_and_who_says_nothing_let_the_next_be_asked(town: Town) -> None:
    town.asks_at_once("expert-advice", 1)
    nurse, first = town.nurse("Maya"), specialist(town, "Flora", km=2)
    second, third = specialist(town, "Luc", km=3), specialist(town, "Rose", km=4)
    request = asks(nurse, may_find(nurse, town))
    town.time_passes(seconds=1)
    assert first.refuses() == 200
    town.time_passes(seconds=1)
    assert second.offer() is not None
    for _ in range(16):
        town.time_passes(hours=1)
    assert third.offer() is not None
    assert third.accepts() == 200
    assert town.request(request).performer_id == third.role_id


def test_a_silent_taker_is_reminded_then_late_is_seen_then_it_goes_on(town: Town) -> None:
    nurse, silent = town.nurse("Maya"), specialist(town, "Flora", km=2)
    request = asks(nurse, may_find(nurse, town))
    town.time_passes(seconds=1)
    assert silent.accepts() == 200
    asked_at, due = town.request(request).created_at, town.request(request).start_by
    assert due == asked_at + timedelta(days=7)
    for _ in range(13):
        town.time_passes(hours=12)
    reminded = select(func.count()).select_from(Message).where(Message.step == "opinion due")
    assert db.session.scalar(reminded.where(Message.channel == Channel.PUSH)) == 1
    assert town.request(request).late_at is None
    town.time_passes(hours=13)
    assert town.request(request).late_at is not None
    assert "L'avis devait arriver avant" in plain(words(nurse.get(f"/requests/{request}")))
    assert "En retard" in words(nurse.get(f"/advice/{request}"))
    assert "L'avis n'est pas rendu" in plain(words(town.coordinator.get("/board")))
    other = specialist(town, "Luc", km=3)
    for _ in range(5):
        town.time_passes(hours=12)
    assert silent.get(f"/advice/{request}").status_code == 404
    assert answers(silent, request) == 404
    assert other.offer() is not None
    assert other.accepts() == 200
    assert answers(other, request) == 303
    assert of(request).author_id == other.account_id


@pytest.mark.parametrize("said", [{"opinion": ""}, {"see": ""}, {"see_until": ""}, {"see_until": "1/1/2020"}])
def test_what_is_wrong_is_said_beside_it(town: Town, said: dict[str, str]) -> None:
    nurse, expert = town.nurse("Maya"), specialist(town, "Flora")
    request = asks(nurse, may_find(nurse, town))
    town.time_passes(seconds=1)
    assert expert.accepts() == 200
    typed = {**OPINION, "conduct": "Retour dans huit jours", "see_until": "", **said}
    sent = expert.post(f"/advice/{request}/opinion", dict(typed))
    assert sent.status_code == 422
    assert "Retour dans huit jours" in sent.text
    assert of(request).answered_at is None


def test_only_who_took_it_answers_and_only_while_it_is_hers(town: Town) -> None:
    nurse, expert, other = town.nurse("Maya"), specialist(town, "Flora"), specialist(town, "Luc")
    request = asks(nurse, may_find(nurse, town))
    town.time_passes(seconds=1)
    assert expert.accepts() == 200
    assert answers(other, request) == 404
    assert answers(nurse, request) == 409
    assert town.orientation_nurse.get(f"/advice/{request}").status_code in (200, 404)
    with transaction():
        assert not give(request, "x", "", See.NO, None, by=nurse.account, now=clock.now())
    assert nurse.post(f"/requests/{request}/cancellation", {}).status_code in (303, 422)


def test_a_midwife_and_a_team_answer_for_theirs(town: Town) -> None:
    nurse = town.nurse("Maya")
    midwife = town.professional("Julie", Profession.MIDWIFE, km=4)
    team = town.service("Équipe de gériatrie", Profession.OUTPATIENT, skills=["clinic-geriatrics"])
    patient = may_find(nurse, town)
    of_midwife = asks(nurse, patient, reason="midwifery")
    of_team = asks(nurse, patient, reason="geriatric-team")
    town.time_passes(seconds=1)
    for who, request in ((midwife, of_midwife), (team, of_team)):
        assert who.accepts() == 200
        assert answers(who, request) == 303
        assert of(request).author_id == who.account_id


def test_each_reads_her_own_month_and_nobody_elses(town: Town) -> None:
    nurse, gp, expert = town.nurse("Maya"), town.doctor("Marc"), specialist(town, "Flora")
    patient = str(town.patient("Odile", usual=[gp]))
    request = asks(gp, patient)
    town.time_passes(seconds=1)
    assert expert.accepts() == 200
    assert answers(expert, request) == 303
    hers, his = plain(words(expert.get("/advice/month"))), plain(words(gp.get("/advice/month")))
    assert ("TE2" in hers, "23,00 €" in hers, "RQD" in hers) == (True, True, False)
    assert ("RQD" in his, "10,00 €" in his, "TE2" in his) == (True, True, False)
    assert "Aucun avis ce mois-ci" in plain(words(nurse.get("/advice/month")))
    table = expert.get("/advice/month/table")
    assert (table.mimetype, table.headers["Cache-Control"]) == ("text/csv", "no-store")
    assert "TE2;23,00;À facturer" in table.text
    assert expert.get("/advice/month?month=2030-01").status_code == 404
    assert expert.get("/advice/month?month=soon").status_code == 404


def test_in_hospital_an_opinion_is_as_useful(town: Town) -> None:
    nurse, expert = town.nurse("Maya"), specialist(town, "Flora")
    patient = may_find(nurse, town)
    request = asks(nurse, patient)
    town.time_passes(seconds=1)
    assert expert.accepts() == 200
    sent = town.orientation_nurse.post(f"/patients/{patient}/stay", {"ward": str(town.emergency_id)})
    assert sent.status_code in (303, 422)
    assert answers(expert, request) == 303


def test_the_photo_is_opened_by_who_took_it_and_by_nobody_before(town: Town) -> None:
    nurse, expert = town.nurse("Maya"), specialist(town, "Flora")
    request = asks(nurse, may_find(nurse, town), document=file())
    town.time_passes(seconds=1)
    page = nurse.get(f"/advice/{request}").text
    found = UUID(page.split("/documents/")[1][:36])
    with town.app.app_context():
        assert for_account(found, expert.account) is None
    assert expert.accepts() == 200
    db.session.rollback()
    with town.app.app_context():
        assert for_account(found, expert.account) is not None
