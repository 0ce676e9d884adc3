"""What follows a yes: a task with its date, a checklist, news for the usual doctor, documents, and giving it back."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app import clock
from app.accounts.models import Account
from app.appointments.queries import of_request
from app.attachments.actions import join
from app.audit.models import AuditEvent
from app.care_requests.models import CareTask, InformationCopy
from app.core.db import db, transaction
from app.directory.models import Profession
from app.documents.actions import keep_waiting
from app.documents.rules import Upload
from tests.factories import files
from tests.factories.town import Nurse, Town
from tests.inbox.screen import Screen
from tests.inbox.test_answers import asked, url
from tests.inbox.test_cards import read


@pytest.fixture
def maternity(town: Town) -> Nurse:
    """Registers the patient whose midwife chose it."""
    midwife = town.professional("Julie", Profession.MIDWIFE)
    chosen = town.service("Maternité des Coquelicots", Profession.MATERNITY)
    town.asks("maternity-registration", by=midwife, chosen_role_id=chosen.role_id, window="month")
    town.time_passes(seconds=1)
    assert chosen.accepts() == 200
    return chosen


class TestATask:
    def test_has_its_date_and_is_said_to_be_late(self, town: Town, maternity: Nurse) -> None:
        due = read(maternity, "/visits")
        assert "Rappeler la patiente pour fixer le rendez-vous" in due
        assert "À faire avant vendredi 27 novembre à 10 h" in due
        assert "1 tâche à faire" in read(maternity)
        assert "Rappeler la patiente" in read(maternity, url(maternity))
        town.time_passes(hours=72 + 50)
        assert "En retard de 2 jours" in read(maternity, "/visits")

    def test_is_done_with_one_tap_by_whoever_works_there_and_nobody_else(self, town: Town, maternity: Nurse) -> None:
        db.session.rollback()
        task = db.session.scalars(select(CareTask.id)).one()
        assert town.nurse("Inès").post(f"/visits/tasks/{task}/completion").status_code == 404
        answer = maternity.post(f"/visits/tasks/{task}/completion", htmx=True)
        assert "Rappeler la patiente" not in Screen(answer).text
        assert maternity.post(f"/visits/tasks/{task}/completion", {"from": "offer"}).location == url(maternity)
        db.session.rollback()
        done = db.session.get_one(CareTask, task)
        assert (done.done_by_id, done.done_at) == (maternity.account_id, clock.now())
        assert [s.detail for s in town.request(done.request_id).steps if s.kind == "task"] == [done.label]


class TestTheChecklist:
    def test_is_ticked_and_unticked_and_kept(self, town: Town, maternity: Nurse) -> None:
        request_id = maternity.offer().request_id
        assert "Constituer le dossier obstétrical" in read(maternity, url(maternity))
        assert maternity.post(f"{url(maternity)}/checklist", {"item": "1", "done": "yes"}, htmx=True).status_code == 200
        maternity.post(f"{url(maternity)}/checklist", {"item": "1", "done": "yes"})
        maternity.post(f"{url(maternity)}/checklist", {"item": "0", "done": "yes"})
        assert maternity.get(url(maternity)).text.count('role="checkbox" aria-checked="true"') == 2
        maternity.post(f"{url(maternity)}/checklist", {"item": "0", "done": "no"})
        db.session.rollback()
        assert of_request(request_id).ticked == ["1"]
        told = [step.detail for step in town.request(request_id).steps if step.kind == "task"]
        assert told == ["Présenter la maternité", "Constituer le dossier obstétrical"]

    @pytest.mark.parametrize("item", ["3", "-1", "", "x"])
    def test_has_no_other_line(self, maternity: Nurse, item: str) -> None:
        assert maternity.post(f"{url(maternity)}/checklist", {"item": item}).status_code == 422

    def test_the_appointment_is_free_and_may_be_remote(self, town: Town, maternity: Nurse) -> None:
        page = read(maternity, url(maternity))
        assert "Rendez-vous gratuit" in page
        assert "Sur place" in page
        assert "À distance" in page
        at = clock.now() + timedelta(days=2)
        maternity.post(f"{url(maternity)}/appointment", {"slot": at.isoformat(), "mode": "remote"})
        assert of_request(maternity.offer().request_id).mode == "remote"
        assert "Le rendez-vous commence" in read(maternity, url(maternity))


class TestForYourInformation:
    @pytest.fixture
    def doctor(self, town: Town, nurse: Nurse) -> Nurse:
        """The patient's usual doctor: a nurse has accepted to come."""
        doctor = town.doctor("Marc")
        town.asks(patient=town.patient(usual=[doctor]))
        town.time_passes(seconds=1)
        assert nurse.accepts() == 200
        return doctor

    def test_it_is_said_there_names_nobody_there_and_asks_for_nothing(self, doctor: Nurse) -> None:
        listed = Screen(doctor.get("/inbox"))
        assert "1 nouvelle d'un de vos patients" in listed.text.replace("\xa0", " ")
        assert "MARCHAND" not in listed.html
        page = doctor.get("/inbox/copies")
        assert "X-Offline" not in page.headers
        assert "Monique MARCHAND" in Screen(page).text
        assert "Des soins à domicile ont été organisés pour votre patient." in Screen(page).text
        assert "Claire Dupré" in Screen(page).text
        assert Screen(page).is_sound()
        reads = select(AuditEvent.actor_id).where(AuditEvent.event == "patient.read")
        db.session.rollback()
        assert doctor.account_id in db.session.scalars(reads).all()

    def test_it_is_read_once_opened(self, doctor: Nurse) -> None:
        assert "/inbox/copies/sighting" in doctor.get("/inbox/copies").text
        assert doctor.post("/inbox/copies/sighting", htmx=True).status_code == 204
        assert doctor.post("/inbox/copies/sighting").location == "/inbox"
        db.session.rollback()
        assert db.session.scalars(select(InformationCopy.read_at)).one() == clock.now()
        assert "1 nouvelle" not in Screen(doctor.get("/inbox")).text
        assert "MARCHAND" in doctor.get("/inbox/copies").text, "it may be read again"

    def test_it_is_nobody_elses(self, town: Town, doctor: Nurse) -> None:
        assert "MARCHAND" not in town.doctor("Leïla").get("/inbox/copies").text


class TestGivingItBack:
    @pytest.mark.parametrize(
        ("reason", "words"), [("sick", "Je suis malade"), ("unreachable", "Le patient ne répond pas")]
    )
    def test_says_why_in_one_tap(self, town: Town, nurse: Nurse, reason: str, words: str) -> None:
        request_id = asked(town, nurse)
        nurse.accepts()
        assert words in read(nurse, url(nurse))
        assert nurse.post(f"{url(nurse)}/withdrawal", {"reason": reason}, htmx=True).status_code == 200
        steps = [step for step in town.request(request_id).steps if step.kind == "withdraw"]
        assert [(step.detail, step.author_name) for step in steps] == [(words, "Claire Dupré")]

    def test_knows_no_other_reason(self, town: Town, nurse: Nurse) -> None:
        request_id = asked(town, nurse)
        nurse.accepts()
        assert nurse.post(f"{url(nurse)}/withdrawal", {"reason": "bored"}).status_code == 422
        assert town.request(request_id).state == "accepted"


def test_documents_are_listed_once_it_is_hers(town: Town, nurse: Nurse) -> None:
    request_id = asked(town, nurse)
    document = joined(town, request_id)
    assert "Ordonnance.pdf" not in nurse.get(url(nurse)).text
    nurse.accepts()
    page = Screen(nurse.get(url(nurse)))
    assert "Ordonnance.pdf" in page.text
    assert f'href="/documents/{document}?back=' in page.html
    assert nurse.get(f"/documents/{document}/pages/1").mimetype == "image/jpeg"


def joined(town: Town, request_id: UUID) -> UUID:
    with transaction():
        request, by = town.request(request_id), db.session.get_one(Account, town.orientation_nurse.account_id)
        upload = Upload("Ordonnance.pdf", "application/pdf", 1, files.pdf())
        document = keep_waiting(upload, by=by.id, now=clock.now())
        join(request, [document], "prescription", by=by, now=clock.now())
        return document.id
