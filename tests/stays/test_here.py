"""The ward's list of who lies there: who leaves first comes first."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask

from app import clock
from app.core.db import db, transaction
from app.patients.models import Cause
from app.patients.relations import Holder, relate
from app.stays import actions, queries
from tests.factories.town import Person, Town


@pytest.fixture
def ward(town: Town) -> Person:
    return town.requester("Paul", "Médecine A")


def lies(person: Person, name: str, town: Town) -> UUID:
    patient, place = town.patient(name), person.account.memberships[0].organization_id
    with transaction():
        relate(patient, Holder(place), Cause.ENTERED, by=person.account_id, now=clock.now())
        actions.admit(patient, place, by=person.account, now=clock.now())
    return patient


def leaves(person: Person, patient: UUID, days: int, why: str = "") -> None:
    with transaction():
        stay = queries.running(patient)
        assert stay
        on = clock.paris(clock.now()).date() + timedelta(days=days)
        assert actions.expect_exit(stay, on, why, by=person.account, now=clock.now())


def listed(person: Person) -> list[str]:
    db.session.rollback()
    return re.findall(r"/patients/([0-9a-f-]{36})\"", person.get("/stays").text)


def test_who_leaves_first_comes_first_with_what_was_said_before(town: Town, ward: Person) -> None:
    late, soon, nobody_knows = (lies(ward, name, town) for name in ("Tardive", "Bientôt", "Inconnue"))
    leaves(ward, late, 5)
    leaves(ward, soon, 6)
    leaves(ward, soon, 1, "Les plaies vont mieux")
    assert listed(ward) == [str(each) for each in (soon, late, nobody_knows)]
    page = ward.get("/stays").text
    assert "demain" in page
    assert re.search(r"avant\s:\s30\snov\.", page)
    assert "Les plaies vont mieux" in page
    clock.advance(timedelta(days=2))
    assert "Sortie à redire" in ward.get("/stays").text


def test_who_went_home_is_not_there_and_nobody_else_reads_it(town: Town, ward: Person) -> None:
    here, gone = lies(ward, "Ici", town), lies(ward, "Partie", town)
    with transaction():
        stay = queries.running(gone)
        assert stay
        actions.come_home(stay, by=ward.account, now=clock.now())
    assert listed(ward) == [str(here)]
    other = town.requester("Claire", "Maternité")
    assert listed(other) == []
    assert re.search("Personne n.est noté ici", other.get("/stays").text)


def test_the_first_screen_of_a_ward_leads_there(app: Flask, town: Town, ward: Person) -> None:
    assert "Hospitalisés ici" in ward.get("/requests").text
    assert "Hospitalisés ici" not in town.nurse("Maya").get("/requests").text
