"""A senior doctor decides by name, before anybody is asked."""

from uuid import UUID

from sqlalchemy import func, select

from app import clock
from app.audit.models import AuditEvent
from app.care_requests.models import CareRequest, State
from app.core.db import db, transaction
from app.push.actions import subscribe
from tests.desk.people import senior
from tests.desk.screen import state, words
from tests.desk.test_pathway_form import EMERGENCY
from tests.factories.town import Person, Town


def asks(town: Town, doctor: Person, **more: object) -> UUID:
    told = EMERGENCY | {"decision": "doctor", "decider": str(doctor.account_id)} | more
    sent = town.orientation_nurse.post(f"/requests?pathway=ed-reorientation&patient={town.patient()}", told)
    assert sent.status_code == 303
    return UUID(sent.location.rpartition("/")[2])


def test_nobody_is_asked_before_the_doctor_has_decided(town: Town) -> None:
    doctor, luc = senior(town), town.doctor("Luc")
    device = town.push_service.new_device()
    keys = device.subscription
    with transaction():
        subscribe(doctor.account_id, keys["endpoint"], keys["keys"]["p256dh"], keys["keys"]["auth"], clock.now())
    asked = asks(town, doctor, note="Vient avec sa fille")
    town.time_passes(minutes=5)
    assert luc.offer() is None
    notice = device.messages[-1].json["notification"]
    assert notice["title"] == "Une décision vous est demandée"
    assert "Marchand" not in str(device.messages[-1].json)
    page = town.orientation_nurse.get(f"/requests/{asked}")
    assert state(page) == "draft"
    assert "Paule Aubry Médecin senior, prévenu à 10 h" in words(page)

    waiting = words(doctor.get("/decisions"))
    for said in ("Monique MARCHAND", "Fièvre bien tolérée", "Constantes Normales", "Vient avec sa fille"):
        assert said in waiting
    decided = doctor.post(f"/decisions/{asked}", {"decision": "yes", "reason": "Vue et rassurée"})
    assert decided.status_code == 303
    assert "Rien n'attend votre décision" in words(doctor.get("/decisions"))
    town.time_passes(seconds=1)
    assert luc.offer() is not None
    page = town.orientation_nurse.get(f"/requests/{asked}")
    assert state(page) == "searching"
    assert "Décision : réorienter Paule Aubry · Vue et rassurée" in words(page)


def test_kept_in_the_emergency_department_nobody_is_asked(town: Town) -> None:
    doctor, luc = senior(town), town.doctor("Luc")
    asked = asks(town, doctor)
    assert doctor.post(f"/decisions/{asked}", {"decision": "no"}).status_code == 303
    town.time_passes(minutes=30)
    assert luc.offer() is None
    assert town.request(asked).state is State.CANCELLED
    assert "Décision : garder aux urgences" in words(town.orientation_nurse.get(f"/requests/{asked}"))


def test_a_decision_is_hers_alone_and_said_once(town: Town) -> None:
    doctor, colleague = senior(town), senior(town, "Colin")
    asked = asks(town, doctor)
    assert "MARCHAND" not in words(colleague.get("/decisions"))
    assert colleague.post(f"/decisions/{asked}", {"decision": "yes"}).status_code == 404
    neither = doctor.post(f"/decisions/{asked}", {"decision": "maybe", "reason": "Je réfléchis"})
    assert neither.status_code == 422
    assert "Je réfléchis" in neither.text
    assert town.request(asked).state is State.DRAFT
    assert doctor.post(f"/decisions/{asked}", {"decision": "yes"}).status_code == 303
    late = doctor.post(f"/decisions/{asked}", {"decision": "no"})
    assert late.status_code == 409
    assert town.request(asked).state is State.SEARCHING


def test_what_she_decided_stays_in_sight_for_a_month(town: Town) -> None:
    doctor, colleague = senior(town), senior(town, "Colin")
    assert "Aucune depuis trente jours" in words(doctor.get("/decisions"))
    away = asks(town, doctor)
    assert doctor.post(f"/decisions/{away}", {"decision": "yes", "reason": "Vue et rassurée"}).status_code == 303
    town.time_passes(days=29)
    kept = asks(town, doctor)
    assert doctor.post(f"/decisions/{kept}", {"decision": "no"}).status_code == 303
    said = words(doctor.get("/decisions"))
    assert said.count("Oui, réorienter") == 1
    assert said.index("Non, garder aux urgences") < said.index("Oui, réorienter"), "the latest first"
    assert "Demandé par Nadia Benali" in said
    assert "Vue et rassurée" not in said and "MARCHAND" not in said, "neither her words nor whose they are about"
    assert "Aucune depuis trente jours" in words(colleague.get("/decisions")), "hers alone"
    town.time_passes(days=2)
    assert "Oui, réorienter" not in words(doctor.get("/decisions"))


def test_reading_what_must_be_decided_leaves_one_line(town: Town) -> None:
    doctor = senior(town)
    asked = asks(town, doctor)
    for _ in range(3):
        doctor.get("/decisions", htmx=True)
    db.session.rollback()
    lines = select(func.count()).where(AuditEvent.event == "patient.read", AuditEvent.subject_id == asked)
    assert db.session.scalar(lines.where(AuditEvent.actor_id == doctor.account_id)) == 1


def test_a_doctor_is_named_or_the_form_comes_back(town: Town) -> None:
    patient, elsewhere = town.patient(), senior(town, "Loin", at=town.cpts_id)
    stranger = town.requester()
    foreign = senior(town, "Étranger", at=stranger.account.organizations()[0])
    url = f"/requests?pathway=ed-reorientation&patient={patient}"
    page = words(town.orientation_nurse.get(f"/requests/new?pathway=ed-reorientation&patient={patient}"))
    assert "Paule Étranger" not in page
    senior(town)
    told = EMERGENCY | {"decision": "doctor"}
    for decider in ({}, {"decider": str(foreign.account_id)}, {"decider": "nobody"}):
        assert town.orientation_nurse.post(url, told | decider).status_code == 422
    assert elsewhere.account_id != foreign.account_id
    assert db.session.scalar(select(func.count()).select_from(CareRequest)) == 0


def test_the_number_that_waits_stands_in_the_navigation(town: Town) -> None:
    doctor = senior(town)
    asks(town, doctor)
    page = doctor.get("/decisions")
    assert '<span class="nav__count">1</span>' in page.text
    assert f"decisions-{doctor.account_id} from:#live" in page.text
