"""The coordination looks at two records that may be one person, says which it is, and can take it back."""

from uuid import UUID

import pytest
from sqlalchemy import select

from app import clock
from app.audit.models import AuditEvent
from app.core.db import db, transaction
from app.patients.merging import note_likely
from app.patients.models import LikelyDuplicate, Patient, PatientMerge
from tests.desk.screen import words
from tests.factories.town import Town


@pytest.fixture
def pair(town: Town) -> tuple[UUID, UUID, UUID]:
    """The pair's id, the older record and the younger one."""
    one, other = town.patient(), town.patient("Monik", phone="+33639980155")
    with transaction():
        note_likely(one, other, ("same-date", "same-family", "heard-given"), now=clock.now())
    return db.session.scalars(select(LikelyDuplicate.id)).one(), one, other


def into(patient: UUID) -> UUID | None:
    db.session.rollback()
    return db.session.get_one(Patient, patient).merged_into_id


def test_both_records_are_compared_and_the_reading_is_traced(town: Town, pair: tuple[UUID, UUID, UUID]) -> None:
    said = words(town.coordinator.get("/duplicates"))
    for each in (
        "MARCHAND, Monique",
        "MARCHAND, Monik",
        "prénom qui s'entend pareil",
        "06 39 98 01 55",
        "12 mars 1948",
    ):
        assert each in said
    town.coordinator.get("/duplicates")
    db.session.rollback()
    read = select(AuditEvent.patient_id).where(AuditEvent.event == "patient.read", AuditEvent.subject_id == pair[0])
    assert sorted(db.session.scalars(read)) == sorted(pair[1:]), "once each, however often the page is opened"


def test_one_person_keeps_the_record_that_was_chosen_and_it_can_be_undone(
    town: Town, pair: tuple[UUID, UUID, UUID]
) -> None:
    pair_id, one, other = pair
    assert town.coordinator.post(f"/duplicates/{pair_id}", {"verdict": "same", "kept": str(other)}).status_code == 303
    assert (into(one), into(other)) == (other, None)
    said = words(town.coordinator.get("/duplicates"))
    assert "Aucun doublon à regarder" in said and "avec la fiche de Monique MARCHAND" in said
    merge_id = db.session.scalars(select(PatientMerge.id)).one()
    for _tap in range(2):
        assert town.coordinator.post(f"/duplicates/merges/{merge_id}/undoing").status_code == 303
        assert (into(one), into(other)) == (None, None)
    assert "Réunies récemment" not in words(town.coordinator.get("/duplicates"))


def test_two_people_are_asked_about_no_more(town: Town, pair: tuple[UUID, UUID, UUID]) -> None:
    pair_id, one, other = pair
    assert town.coordinator.post(f"/duplicates/{pair_id}", {"verdict": "other"}).status_code == 303
    assert (into(one), into(other)) == (None, None)
    assert "Aucun doublon à regarder" in words(town.coordinator.get("/duplicates"))


@pytest.mark.parametrize("kept", ["", "nobody", "00000000-0000-0000-0000-000000000000"])
def test_which_record_is_right_has_to_be_said(town: Town, pair: tuple[UUID, UUID, UUID], kept: str) -> None:
    answer = town.coordinator.post(f"/duplicates/{pair[0]}", {"verdict": "same", "kept": kept})
    assert answer.status_code == 422
    assert "Choisissez la fiche dont l'identité est la bonne." in words(answer)
    assert into(pair[1]) is None
