"""The coordinator's search, and what the operator's commands say."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from uuid import UUID

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from app import cli, clock
from app.accounts.models import Role
from app.audit import sealing
from app.audit.models import AuditEvent
from app.core.db import db, transaction
from app.supervision import traces
from tests.desk.screen import words
from tests.factories.town import Person, Town


@pytest.fixture
def read(town: Town) -> UUID:
    """A request of which the patient's file was read by the one who asked and the one who accepted."""
    maya = town.nurse("Maya")
    request = town.asks()
    town.time_passes(seconds=1)
    town.orientation_nurse.get(f"/requests/{request}")
    maya.accepts()
    return request


def elsewhere(town: Town) -> Person:
    with transaction():
        cpts = town._organization("CPTS d'ailleurs", "cpts", None).id
    return town._person("Loin", "Lemaire", Role.COORDINATOR, cpts)


def events(name: str) -> list[AuditEvent]:
    db.session.rollback()
    return list(db.session.scalars(select(AuditEvent).where(AuditEvent.event == name)))


def test_today_shows_who_did_what_from_where_and_no_patient(town: Town, read: UUID) -> None:
    page = town.coordinator.get("/audit")
    text = words(page)
    assert page.status_code == 200
    assert page.text.count("<h1") == 1
    assert "Nadia Benali Urgences" in text
    assert "Maya Dupré Cabinet Maya" in text
    assert "Consultation de l'identité soins · écran · 127.0.0.0/24" in text
    for secret in ("Marchand", "MARCHAND", "Monique", "Tilleuls", "33639980100"):
        assert secret not in page.text


def test_looking_leaves_a_line(town: Town, read: UUID) -> None:
    town.coordinator.get(f"/audit?request={read}")
    line = events("audit.searched")[-1]
    assert (line.actor_id, line.patient_id) == (town.coordinator.account_id, town.request(read).patient_id)
    assert "Recherche dans le journal des accès contrôle des accès" in words(town.coordinator.get("/audit"))


def test_by_person_by_day_and_by_patient(town: Town, read: UUID) -> None:
    other = town.asks(patient=town.patient("Odile"))
    town.orientation_nurse.get(f"/requests/{other}")
    nadia = town.orientation_nurse.account_id
    by_person = words(town.coordinator.get(f"/audit?person={nadia}"))
    assert "Nadia Benali Urgences" in by_person
    assert "Maya Dupré Cabinet Maya" not in by_person
    by_patient = words(town.coordinator.get(f"/audit?request={read}"))
    assert "Maya Dupré Cabinet Maya" in by_patient
    assert by_patient.count("Consultation de l'identité") == 2
    clock.advance(timedelta(days=1))
    assert "Maya Dupré Cabinet" not in words(town.coordinator.get("/audit"))
    assert "Maya Dupré Cabinet Maya" in words(town.coordinator.get("/audit?day=2026-11-24"))


def test_a_long_day_is_read_page_after_page_and_no_line_is_lost(
    town: Town, read: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = "/audit?day=2026-11-24"
    whole = town.coordinator.get(day).text.count('<tr data-result="')
    monkeypatch.setattr(traces, "AT_MOST", 2)
    seen, url = 0, day
    while url:
        page = town.coordinator.get(url).text
        seen += page.count('<tr data-result="')
        further = re.search(r'href="(/audit\?[^"]*before=[^"]*)"', page)
        url = unescape(further[1]) if further else ""
    assert seen == whole + 1, "and the line that the first look left; what later looks leave is newer"


def test_a_refused_look_is_seen_by_the_coordinator(town: Town, read: UUID) -> None:
    paul = town.requester()
    assert paul.get(f"/requests/{read}").status_code == 404
    assert "Paul Requérant" in words(town.coordinator.get("/audit"))
    assert "hors de ses droits" in words(town.coordinator.get("/audit"))
    assert [line.result for line in events("access.refused")] == ["refused"]


def test_another_territory_sees_nothing_of_it(town: Town, read: UUID) -> None:
    far = elsewhere(town)
    assert far.get(f"/audit?request={read}").status_code == 404
    for url in ("/audit", "/audit?day=2026-11-24", f"/audit?person={town.orientation_nurse.account_id}"):
        text = words(far.get(url))
        assert "Nadia Benali" not in text, url
        assert "Maya Dupré" not in text, url


def test_only_coordinators_search(town: Town, read: UUID) -> None:
    assert town.orientation_nurse.get("/audit").status_code == 403
    assert town.stranger().get("/audit").status_code == 303


def test_what_is_no_day_no_person_and_no_request(town: Town) -> None:
    assert town.coordinator.get("/audit?day=hier").status_code == 422
    assert town.coordinator.get("/audit?person=nonsense").status_code == 200
    assert town.coordinator.get("/audit?request=nonsense").status_code == 404
    for far in ("0001-01-01", "9999-12-31"):
        assert town.coordinator.get(f"/audit?day={far}").status_code == 422


# Commands


@pytest.fixture
def relais(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setattr(cli.context, "application", lambda: app)
    return lambda *arguments: CliRunner().invoke(cli.main, ["audit", *arguments])


def test_verify_says_the_end_of_the_chain_and_holds_against_a_note(
    town: Town, read: UUID, relais: Callable[..., Result]
) -> None:
    town.time_passes(minutes=1)
    result = relais("verify")
    assert result.exit_code == 0, result.output
    end = result.output.split("up to ")[1].split()[0]
    assert relais("verify", "--noted", end).exit_code == 0
    forged = relais("verify", "--noted", end[:-64] + "0" * 64)
    assert (forged.exit_code, "BROKEN" in forged.output) == (1, True)
    assert relais("verify", "--noted", "yesterday").exit_code == 2


def test_the_patient_learns_who_looked(town: Town, read: UUID, relais: Callable[..., Result]) -> None:
    patient = town.request(read).patient_id
    result = relais("report", "--patient", str(patient))
    assert result.exit_code == 0, result.output
    looks = [line for line in result.output.splitlines() if "Consultation" in line]
    when, person, organization, _, why, source = looks[0].split("\t")
    assert when == "24/11/2026 10:00:01"
    assert (person, organization, why, source) == ("Nadia Benali", "Urgences", "soins", "écran")
    assert "Maya Dupré" in looks[1]
    assert events("audit.reported")[0].patient_id == patient
    assert relais("report", "--patient", "01900000-0000-7000-8000-000000000000").output == ""


def test_prune_keeps_what_is_within_the_retention(town: Town, read: UUID, relais: Callable[..., Result]) -> None:
    town.time_passes(minutes=1)
    assert relais("prune").output == "0 lines removed.\n"
    sealed = db.session.query(AuditEvent).count()
    clock.advance(timedelta(days=1100))
    assert relais("prune").output == f"{sealed} lines removed.\n"
    sealing.seal_due(clock.now())
    assert relais("verify").exit_code == 0
