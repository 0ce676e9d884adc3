"""The nearest who may be asked: the same people as by looking at everybody, on both engines."""

from collections.abc import Sequence
from itertools import product
from random import Random
from uuid import UUID

import pytest
from flask import Flask

from app import clock
from app.accounts.models import Account, Membership, Role
from app.core.db import db, transaction
from app.directory import actions
from app.directory.models import Practitioner, PractitionerRole, Profession
from app.directory.queries import near, services_near
from app.organizations.geo import cell_of, distance_km
from app.organizations.models import Organization
from tests.factories.town import EVRY, KM, Town

PEOPLE, AT_ONE_ADDRESS = 450, 330


@pytest.fixture
def crowd(app: Flask, now: object) -> Sequence[PractitionerRole]:
    """Hundreds at one address, others ever farther; some are off, some cannot sign in, some are no nurses."""
    Town(app)
    random = Random(5)
    with transaction():
        practice = Organization(name="Cabinet", kind="practice", phone="", address="", commune_code="91228")
        db.session.add(practice)
        db.session.flush()
        roles = [_role(n, practice, random) for n in range(PEOPLE)]
        db.session.flush()
        for role in roles[::5]:
            actions.accept_requests(role, False)
    db.session.expire_all()
    return roles


def _role(n: int, practice: Organization, random: Random) -> PractitionerRole:
    names = {"given_name": f"C{n}", "family_name": "Dupré"}
    profession = Profession.MIDWIFE if n % 7 == 0 else Profession.NURSE
    person = Practitioner(rpps=f"{30_000_000_000 + n}", profession=profession, phone="", **names)
    if n % 4:
        account = Account(id=UUID(int=n), email=f"c{n}@example.org", created_at=clock.now(), **names)
        account.memberships = [Membership(organization_id=practice.id, role=Role.PRACTITIONER)]
        db.session.add(account)
        person.account_id = account.id
    spread = 0 if n < AT_ONE_ADDRESS else 30 * random.random() ** 3
    north, east = random.uniform(-spread, spread) * KM, random.uniform(-spread, spread) * KM
    return actions.add_role(person, practice, EVRY[0] + north, EVRY[1] + east)


def plainly(
    roles: Sequence[PractitionerRole], place: tuple[float, float], radius: float, limit: int, without: set[UUID]
) -> list[tuple[float, UUID]]:
    found = [
        (distance_km(*place, role.latitude, role.longitude), role.id)
        for role in roles
        if role.accepting and role.practitioner.account_id and role.profession is Profession.NURSE
        if role.practitioner_id not in without
    ]
    return sorted(each for each in found if each[0] <= radius)[:limit]


def test_as_by_looking_at_everybody(crowd: Sequence[PractitionerRole]) -> None:
    without: set[UUID] = set()
    for north, radius, limit in product([0, 0.3, 3, 14, 45], [20, 5, 0.5, 60], [7, 500]):
        place = (EVRY[0] + north * KM, EVRY[1])
        found = near(Profession.NURSE, *place, radius, limit, without)
        assert [(n.km, n.role_id) for n in found] == plainly(crowd, place, radius, limit, without)
        without |= {n.recipient_id for n in found[:4]}


def test_whoever_gets_an_account_later_is_found(crowd: Sequence[PractitionerRole]) -> None:
    unknown = next(role for role in crowd if role.practitioner.account_id is None and role.accepting)
    wanted = (unknown.profession, unknown.latitude, unknown.longitude, 1, PEOPLE)
    assert unknown.id not in {n.role_id for n in near(*wanted)}
    with transaction():
        account = Account(email="late@example.org", given_name="L", family_name="D", created_at=clock.now())
        account.memberships = [Membership(organization_id=unknown.organization_id, role=Role.PRACTITIONER)]
        db.session.add(account)
        db.session.flush()
        unknown.practitioner.account_id = account.id
    assert unknown.id in {n.role_id for n in near(*wanted)}


def test_a_person_with_two_places_is_found_once_at_the_nearer(crowd: Sequence[PractitionerRole]) -> None:
    role = next(r for r in crowd[AT_ONE_ADDRESS:] if r.practitioner.account_id and r.accepting)
    with transaction():
        other = Organization(name="Autre", kind="practice", phone="", address="", commune_code="91228")
        db.session.add(other)
        db.session.flush()
        works = {"account_id": role.practitioner.account_id, "role": Role.PRACTITIONER}
        db.session.add(Membership(organization_id=other.id, **works))
        nearer = PractitionerRole(
            practitioner_id=role.practitioner_id,
            organization_id=other.id,
            profession=role.profession,
            latitude=48.0,
            longitude=1.0,
            cell=cell_of(48.0, 1.0),
        )
        db.session.add(nearer)
        db.session.flush()
        nearer_id = nearer.id
    found = near(role.profession, 48.0, 1.0, 200, PEOPLE)
    assert [n.role_id for n in found if n.recipient_id == role.practitioner_id] == [nearer_id]


def test_the_nearest_services_are_offered_however_many_there_are(app: Flask, now: object) -> None:
    """By name the far ones would come first; and a degree eastwards is shorter than one northwards."""
    town = Town(app)
    for n in range(4):
        _moved(
            town.service(f"Aide {n} du bout du pays", Profession.HOME_HELP, phone=False).role_id, north=(400 + n) * KM
        )
    _moved(town.service("Zélie, aide à domicile", Profession.HOME_HELP, phone=False).role_id, east=0.12)
    _moved(town.service("Mains amies", Profession.HOME_HELP, phone=False).role_id, north=10 * KM)
    shut = town.service("Complet", Profession.HOME_HELP, phone=False)
    with transaction():
        actions.accept_requests(db.session.get_one(PractitionerRole, shut.role_id), False)
    found = services_near(Profession.HOME_HELP, *EVRY, limit=2)
    assert [(role.name, round(km)) for role, km in found] == [("Zélie, aide à domicile", 9), ("Mains amies", 10)]
    assert len(services_near(Profession.HOME_HELP, *EVRY)) == 6


def _moved(role_id: UUID, *, north: float = 0.0, east: float = 0.0) -> None:
    with transaction():
        role = db.session.get_one(PractitionerRole, role_id)
        role.latitude, role.longitude = EVRY[0] + north, EVRY[1] + east
