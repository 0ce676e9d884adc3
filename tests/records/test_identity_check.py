"""How far an identity can be relied on: a document somebody saw, a trait that changed since, a namesake."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app import clock
from app.audit.models import AuditEvent
from app.core.db import db, transaction
from app.patients.correcting import correct, identity_of
from app.patients.models import IdentityCheck, Patient
from tests.desk.screen import words
from tests.factories.town import Town


@pytest.fixture
def monique(town: Town) -> UUID:
    return town.patient()


def status(patient: UUID) -> str:
    db.session.rollback()
    return db.session.get_one(Patient, patient).identity_status.value


def test_a_tap_says_which_document_was_seen_by_whom_and_when(town: Town, monique: UUID) -> None:
    nurse = town.orientation_nurse
    assert "Identité provisoire : aucune pièce vérifiée" in words(nurse.get(f"/patients/{monique}"))
    seen = nurse.post(f"/patients/{monique}/identity-check", {"document": "national-id"})
    assert (seen.status_code, status(monique)) == (303, "VALI")
    said = words(nurse.get(f"/patients/{monique}"))
    assert "Identité validée Carte d'identité, vue par Nadia Benali le 24 novembre 2026" in said
    trail = select(AuditEvent.actor_id).where(AuditEvent.event == "patient.identity_checked")
    assert db.session.scalars(trail).all() == [nurse.account_id]


def test_it_is_checked_again_at_the_next_step(town: Town, monique: UUID) -> None:
    for document in ("national-id", "passport"):
        town.orientation_nurse.post(f"/patients/{monique}/identity-check", {"document": document})
        clock.advance(timedelta(days=1))
    assert "Passeport, vue par" in words(town.orientation_nurse.get(f"/patients/{monique}"))
    assert len(db.session.scalars(select(IdentityCheck)).all()) == 2


@pytest.mark.parametrize("document", ["", "health-card"])
def test_which_document_has_to_be_said(town: Town, monique: UUID, document: str) -> None:
    answer = town.orientation_nurse.post(f"/patients/{monique}/identity-check", {"document": document})
    assert (answer.status_code, status(monique)) == (422, "PROV")


def test_a_strict_trait_that_is_corrected_has_to_be_checked_again_an_address_not(town: Town, monique: UUID) -> None:
    town.orientation_nurse.post(f"/patients/{monique}/identity-check", {"document": "passport"})
    by, now = town.orientation_nurse.account_id, clock.now()
    for trait, value, after in (("address", "3 rue du Lac", "VALI"), ("birth_name", "Marchant", "PROV")):
        with transaction():
            patient = db.session.get_one(Patient, monique)
            known = vars(identity_of(patient)) | {trait: value}
            assert correct(monique, type(identity_of(patient))(**known), patient.version, by=by, now=now)
        assert status(monique) == after


def test_a_namesake_is_warned_of(town: Town, monique: UUID) -> None:
    nurse = town.orientation_nurse
    assert "Homonyme" not in words(nurse.get(f"/patients/{monique}"))
    town.patient("Odile")
    assert "Homonyme" not in words(nurse.get(f"/patients/{monique}"))
    town.patient("MONIQUE", birth_place="75056")
    assert "Homonyme : vérifiez la date et le lieu de naissance." in words(nurse.get(f"/patients/{monique}"))


class TestWhenTheVisitBegins:
    def begun(self, town: Town, patient: UUID, document: str, taps: int = 1) -> int:
        maya = town.nurse("Maya")
        town.asks(patient=patient)
        town.time_passes(seconds=1)
        maya.accepts()
        offer = maya.offer().id
        maya.post(f"/offers/{offer}/appointment", {"slot": "2026-11-24T13:00:00+00:00", "mode": "home"})
        assert "Identité provisoire" in words(maya.get(f"/offers/{offer}"))
        for _ in range(taps):
            answer = maya.post(f"/offers/{offer}/start", {"document": document})
        return answer.status_code

    def test_the_nurse_says_which_document_she_saw_in_the_same_tap(self, town: Town, monique: UUID) -> None:
        assert self.begun(town, monique, "passport", taps=2) == 303
        assert status(monique) == "VALI"
        assert [each.document for each in db.session.scalars(select(IdentityCheck))] == ["passport"]
        assert "Passeport, vue par Maya" in words(town.orientation_nurse.get(f"/patients/{monique}"))

    @pytest.mark.parametrize("document", ["", "health-card"])
    def test_or_none_and_the_care_begins_all_the_same(self, town: Town, monique: UUID, document: str) -> None:
        assert self.begun(town, monique, document) == 303
        assert status(monique) == "PROV"
