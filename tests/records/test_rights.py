"""Relation × role × verb: who finds, opens, corrects and asks for a person. Each cell of the table is asked."""

from datetime import timedelta
from uuid import UUID

import pytest

from app import clock
from app.accounts.models import Membership, Role
from app.core.db import db, transaction
from app.directory.models import Practitioner
from app.patients.models import Cause, Relation
from tests.factories.town import Nurse, Person, Town
from tests.records.test_person import typed_in

CARE = (Role.REQUESTER, Role.CASE_MANAGER, Role.PRACTITIONER)
"""Roles that a relation of their organization serves; the others have work of their own."""

OF_ORGANIZATION = (Cause.ENTERED, Cause.REQUEST, Cause.STAY, Cause.ACCEPTANCE, Cause.IDENTITY)
OF_PRACTITIONER = (Cause.CIRCLE, Cause.ACCEPTANCE)


@pytest.fixture
def somebody(town: Town) -> UUID:
    return town.patient()


def hold(patient: UUID, why: Cause, *, until: timedelta | None = None, **holder: UUID) -> None:
    now = clock.now()
    reason = "Elle vient d'arriver ici." if why is Cause.IDENTITY else None
    ends = now + until if until else None
    with transaction():
        db.session.add(Relation(patient_id=patient, why=why, since=now, until=ends, reason=reason, **holder))


def heard(person: Person, patient: UUID, filled: dict[str, str]) -> dict[str, int | bool]:
    """What each verb answers this person."""
    found = person.post("/requests/patients?pathway=home-care", {"q": "12/03/1948 mar"})
    return {
        "finds": str(patient) in found.text,
        "opens": person.get(f"/patients/{patient}").status_code,
        "reads the form": person.get(f"/patients/{patient}/correction").status_code,
        "corrects": person.post(f"/patients/{patient}/correction", filled).status_code,
        "asks": person.get(f"/requests/new?pathway=home-care&patient={patient}").status_code,
    }


ALL = {"finds": True, "opens": 200, "reads the form": 200, "corrects": 303, "asks": 200}
NOTHING_OF_HERS = {"finds": False, "opens": 404, "reads the form": 404, "corrects": 404, "asks": 404}
NO_SUCH_ROLE = {"finds": False, "opens": 403, "reads the form": 403, "corrects": 403, "asks": 403}


@pytest.fixture
def filled(town: Town, somebody: UUID) -> dict[str, str]:
    """A correction form, as somebody who may see it fills it in."""
    return typed_in(town.orientation_nurse, somebody)


@pytest.mark.parametrize("role", list(Role))
def test_what_an_organization_holds_serves_those_who_care_there(
    town: Town, somebody: UUID, filled: dict[str, str], role: Role
) -> None:
    for why in OF_ORGANIZATION:
        with transaction():
            place = town._organization(f"Lieu {why.value}", "hospital", None).id
        person = town._person("Ada", why.value, role, place)
        refused = NOTHING_OF_HERS if role in CARE else NO_SUCH_ROLE
        assert heard(person, somebody, filled) == refused, f"{role} before {why}"
        hold(somebody, why, organization_id=place)
        assert heard(person, somebody, filled) == (ALL if role in CARE else NO_SUCH_ROLE), f"{role} by {why}"


@pytest.mark.parametrize("why", OF_PRACTITIONER)
def test_what_a_practitioner_holds_serves_her_alone(
    town: Town, somebody: UUID, filled: dict[str, str], why: Cause
) -> None:
    maya = town.nurse("Maya")
    with transaction():
        practice = db.session.get_one(Practitioner, maya.practitioner_id).role.organization_id
    colleague = town._person("Inès", "Voisine", Role.PRACTITIONER, practice)
    hold(somebody, why, practitioner_id=maya.practitioner_id)
    assert heard(maya, somebody, filled) == ALL
    assert heard(colleague, somebody, filled) == NOTHING_OF_HERS


def only_asks(maya: Nurse, organization_id: UUID) -> None:
    """She practises no more, and works in the ward."""
    with transaction():
        for membership in maya.account.memberships:
            db.session.delete(membership)
        db.session.add(Membership(account_id=maya.account_id, organization_id=organization_id, role=Role.REQUESTER))


def test_who_practises_no_more_has_nothing_left_of_it(town: Town, somebody: UUID, filled: dict[str, str]) -> None:
    maya, elsewhere = town.nurse("Maya"), town.requester()
    hold(somebody, Cause.CIRCLE, practitioner_id=maya.practitioner_id)
    only_asks(maya, elsewhere.account.memberships[0].organization_id)
    assert heard(maya, somebody, filled) == NOTHING_OF_HERS


@pytest.mark.parametrize("why", list(Cause))
def test_what_is_over_serves_nobody(town: Town, somebody: UUID, filled: dict[str, str], why: Cause) -> None:
    ward = town.requester()
    place = ward.account.memberships[0].organization_id
    hold(somebody, why, organization_id=place, until=timedelta(hours=1))
    assert heard(ward, somebody, filled) == ALL
    clock.advance(timedelta(hours=1))
    assert heard(ward, somebody, filled) == NOTHING_OF_HERS
