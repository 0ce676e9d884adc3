"""Opening a folder: one runs for a person in a territory, and whoever comes second is led to it."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app import clock
from app.accounts.models import Account
from app.consents.models import Refusing
from app.consents.objections import Whom, object_to
from app.core.db import db, new_id, transaction
from app.folders import queries
from app.folders.actions import Begun, NotOpened, begin
from app.folders.models import Folder, FolderStep
from app.folders.rules import CriticalMoment, FolderPart, FolderState, review_by_default
from app.patients.models import Patient
from app.stays.actions import say_died
from tests.factories.town import Person, Town


def begins(person: Person, patient_id: UUID, place: UUID) -> Begun:
    with transaction():
        now, by = clock.now(), db.session.get_one(Account, person.account_id)
        patient = db.session.get_one(Patient, patient_id)
        review = review_by_default(2, clock.paris(now).date())
        return begin(patient, CriticalMoment.RETURN, "Elle rentre seule.", 2, review, by=by, place=place, now=now)


def test_the_second_of_two_is_led_to_the_first(town: Town) -> None:
    patient, nurse = town.patient(), town.orientation_nurse
    first = begins(nurse, patient, town.emergency_id)
    second = begins(town.requester(), patient, town.hospital_id)
    assert first.is_new
    assert not second.is_new
    assert first.folder
    assert second.folder
    assert second.folder.id == first.folder.id
    assert [each.kind for each in db.session.scalars(select(FolderStep))] == ["begin"]
    running = queries.folder_of(patient)
    assert running is not None
    assert running.state is FolderState.DRAFT


def test_the_table_holds_one_that_runs_whatever_the_code_believes(town: Town) -> None:
    patient = town.patient()
    folder = begins(town.orientation_nurse, patient, town.emergency_id).folder
    assert folder is not None
    kept = {column.key: getattr(folder, column.key) for column in Folder.__table__.columns}
    with transaction():
        db.session.add(Folder(**{**kept, "id": new_id()}))
        with pytest.raises(IntegrityError):
            db.session.flush()
        db.session.rollback()


def test_a_forgotten_draft_makes_room(town: Town) -> None:
    patient = town.patient()
    old = begins(town.orientation_nurse, patient, town.emergency_id).folder
    assert old is not None
    old_id = old.id
    clock.advance(timedelta(days=8))
    assert begins(town.orientation_nurse, patient, town.emergency_id).is_new
    assert db.session.get_one(Folder, old_id).state is FolderState.CLOSED


def test_nothing_is_opened_for_who_died_or_keeps_her_teams_apart(town: Town) -> None:
    dead, apart, now = town.patient(), town.patient("Odile"), clock.now()
    by = town.orientation_nurse.account_id
    with transaction():
        say_died(dead, clock.paris(now).date(), by=db.session.get_one(Account, by), now=now)
        object_to(apart, Whom(Refusing.TEAM), how="spoken", by=by, now=now)
    assert begins(town.orientation_nurse, dead, town.emergency_id).refused is NotOpened.DIED
    assert begins(town.orientation_nurse, apart, town.emergency_id).refused is NotOpened.APART


def test_a_draft_is_read_where_it_was_opened_and_nowhere_else(town: Town) -> None:
    """FACTS_COORDINATION, check 5."""
    patient, nurse = town.patient(), town.nurse("Claire")
    folder = begins(town.orientation_nurse, patient, town.emergency_id).folder
    assert folder is not None
    now, elsewhere = clock.now(), town.requester()
    assert queries.part_of(folder, town.orientation_nurse.account, now) is FolderPart.OPENED
    for other in (elsewhere, nurse, town.coordinator):
        assert queries.part_of(folder, other.account, now) is None
