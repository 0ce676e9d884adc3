"""Entered twice, she becomes one; and when it was a mistake, everything is as it was before."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app import clock
from app.care_requests.models import CareRequest
from app.core.db import Model, db, transaction
from app.patients import merging, queries
from app.patients.merging import POINTERS, merge, separate
from app.patients.models import LikelyDuplicate, Patient, PatientMerge
from app.stays import actions as stays
from app.stays import queries as stay_queries
from app.stays.rules import Admission
from tests.factories.town import Person, Town

GROWS = {"audit_event", "patient_merge", "likely_duplicate"}
"""What tells that something happened."""


def everything() -> dict[str, list[tuple[Any, ...]]]:
    db.session.rollback()
    tables = [table for table in Model.metadata.sorted_tables if table.name not in GROWS]
    return {table.name: sorted(map(tuple, db.session.execute(select(table))), key=repr) for table in tables}


def test_the_one_list_is_the_schema_s() -> None:
    keys = [key for table in Model.metadata.sorted_tables for key in table.foreign_keys]
    pointing = {f"{key.parent.table.name}.{key.parent.name}" for key in keys if key.column.table.name == "patient"}
    assert set(POINTERS) == pointing, "say in merging.POINTERS what becomes of it when two records become one"


def makes_one(town: Town, kept: UUID, absorbed: UUID) -> PatientMerge:
    with transaction():
        merged = merge(kept, absorbed, by=town.coordinator.account_id, now=clock.now())
        assert merged is not None
    return merged


def finds(person: Person, typed: str) -> list[UUID]:
    db.session.rollback()
    reach = queries.openable_by(person.account, clock.now())
    return [found.id for found in queries.search(typed, reach, clock.now().date()).people]


def test_entered_twice_she_is_one_and_what_was_asked_for_her_is_hers(town: Town) -> None:
    maya = town.nurse("Maya")
    kept = town.patient(usual=[maya])
    absorbed = town.patient("Monik", phone="+33639980155", usual=[maya])
    request = town.asks(patient=absorbed)
    makes_one(town, kept, absorbed)
    db.session.rollback()
    assert db.session.get_one(CareRequest, request).patient_id == kept
    nurse = town.orientation_nurse
    for typed in ("12/3/48 mar", "12/3/48 monik", "marchand monik", "06 39 98 01 55", "06 39 98 01 00"):
        assert finds(nurse, typed) == [kept], typed
    found = queries.for_account(absorbed, nurse.account, clock.now())
    assert found and found.id == kept, "an old address leads to the record that was kept"


def test_two_people_were_made_one_and_are_two_again_exactly(town: Town) -> None:
    maya, hugo = town.nurse("Maya"), town.nurse("Hugo")
    kept, absorbed = town.patient(usual=[maya]), town.patient("Monik", usual=[hugo])
    third = town.patient("Moniq")
    town.asks(patient=absorbed)
    makes_one(town, absorbed, third)
    before = everything()
    merged = makes_one(town, kept, absorbed)
    assert everything() != before
    assert finds(town.orientation_nurse, "12/3/48 moniq") == [kept], "absorbed by who was absorbed"
    with transaction():
        again = db.session.get_one(PatientMerge, merged.id)
        assert separate(again, by=town.coordinator.account_id, now=clock.now())
    assert everything() == before
    with transaction():
        again = db.session.get_one(PatientMerge, merged.id)
        assert not separate(again, by=town.coordinator.account_id, now=clock.now()), "once is enough"


def test_what_happens_after_the_merge_stays_with_the_record_that_was_kept(town: Town) -> None:
    kept, absorbed = town.patient(), town.patient("Monik")
    merged = makes_one(town, kept, absorbed)
    later = town.asks(patient=kept)
    with transaction():
        separate(db.session.get_one(PatientMerge, merged.id), by=town.coordinator.account_id, now=clock.now())
    db.session.rollback()
    assert db.session.get_one(CareRequest, later).patient_id == kept
    assert finds(town.orientation_nurse, "12/3/48 monik") == [absorbed]


def test_nobody_is_absorbed_twice_or_by_herself_and_the_later_merge_is_undone_first(town: Town) -> None:
    first, second, third = town.patient(), town.patient("Monik"), town.patient("Moniq")
    by, now = town.coordinator.account_id, clock.now()
    inner = makes_one(town, second, third)
    outer = makes_one(town, first, second)
    with transaction():
        assert merge(first, second, by=by, now=now) is None
        assert merge(first, first, by=by, now=now) is None
        assert merge(third, first, by=by, now=now) is None
        assert not separate(db.session.get_one(PatientMerge, inner.id), by=by, now=now)
        assert separate(db.session.get_one(PatientMerge, outer.id), by=by, now=now)
        assert separate(db.session.get_one(PatientMerge, inner.id), by=by, now=now)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_however_records_are_merged_undoing_all_of_it_restores_all_of_it(town: Town, data: st.DataObject) -> None:
    people = [town.patient(f"Monique {n}") for n in range(4)]
    for patient in data.draw(st.lists(st.sampled_from(people), max_size=2)):
        town.asks(patient=patient)
    before, merges = everything(), []
    for kept, absorbed in data.draw(st.lists(st.permutations(people).map(lambda all_: tuple(all_[:2])), max_size=4)):
        with transaction():
            if merged := merge(kept, absorbed, by=town.coordinator.account_id, now=clock.now()):
                merges.append(merged.id)
    for each in reversed(merges):
        with transaction():
            assert separate(db.session.get_one(PatientMerge, each), by=town.coordinator.account_id, now=clock.now())
    assert everything() == before
    with transaction():
        for each in merges:
            db.session.delete(db.session.get_one(PatientMerge, each))


def test_a_pair_is_looked_at_once(town: Town) -> None:
    one, other = town.patient(), town.patient("Monik")
    by, now = town.coordinator.account_id, clock.now()
    with transaction():
        merging.note_likely(one, other, ("same-date", "heard-given"), now=now)
        merging.note_likely(other, one, ("same-date",), now=now)
    assert [(pair.patient_id, pair.other_id) for pair in merging.to_look_at()] == [(one, other)]
    with transaction():
        merging.settle(other, one, merging.OTHER, by=by, now=now)
        merging.note_likely(one, other, ("same-date",), now=now + timedelta(days=1))
    assert merging.to_look_at() == []
    assert db.session.scalars(select(LikelyDuplicate.verdict)).all() == ["other"]
    assert db.session.scalars(select(Patient.merged_into_id)).all() == [None, None]


def admitted(town: Town, patient: UUID, ward: UUID) -> None:
    with transaction():
        said = stays.admit(patient, ward, by=town.orientation_nurse.account, now=clock.now())
    assert said is Admission.BEGINS


def test_two_stays_of_one_person_are_one_and_all_of_hers_goes_on_when_it_ends(town: Town) -> None:
    kept, absorbed = town.patient(), town.patient("Monik", phone="+33639980155")
    requests = [town.asks(patient=kept), town.asks(patient=absorbed)]
    admitted(town, kept, town.hospital_id)
    admitted(town, absorbed, town.cpts_id)
    makes_one(town, kept, absorbed)
    db.session.rollback()
    running = stay_queries.running(kept)
    assert running is not None
    assert running.organization_id == town.hospital_id
    with transaction():
        assert stays.come_home(running, by=town.orientation_nurse.account, now=clock.now())
    assert [town.request(each).stay_id for each in requests] == [None, None]


def test_her_death_is_said_once_under_whichever_record(town: Town) -> None:
    kept, absorbed = town.patient(), town.patient("Monik", phone="+33639980155")
    with transaction():
        stays.say_died(absorbed, clock.now().date(), by=town.orientation_nurse.account, now=clock.now())
    makes_one(town, kept, absorbed)
    db.session.rollback()
    assert stay_queries.has_died(kept)
