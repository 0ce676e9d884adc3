"""Loading the invented territory, once: places, people, patients, and the requests of the last days."""

from datetime import datetime, timedelta
from math import cos, radians
from pathlib import Path
from random import Random
from uuid import UUID

from sqlalchemy import select

from app.accounts.models import Account, Membership, Role
from app.care_requests import actions as care_requests
from app.care_requests.models import CareRequest, State
from app.core.db import db
from app.demo import phones
from app.demo.people import (
    PATIENTS,
    PLACES,
    POSTAL_CODES,
    PROFESSIONALS,
    SERVICES,
    SKILLS,
    STAFF,
    Professional,
    Staff,
    email_of,
)
from app.demo.plot import Teller, account
from app.demo.requests import LINES, plot
from app.demo.tale import tell
from app.demo.timeline import Timeline
from app.directory import actions as directory
from app.directory.models import Practitioner
from app.dispatch import search as dispatch
from app.organizations.actions import import_communes
from app.organizations.models import Commune, Organization, TerritoryCommune
from app.patients import actions as patients

COMMUNES = Path(__file__).parent / "communes-91.csv"
SINCE = timedelta(days=30)
"""How long ago these people began to use Relais."""

METRES_PER_DEGREE = 111_320


def load(now: datetime) -> bool:
    """Write the territory as it would be at `now`; False when its people are there already, who keep their phones."""
    if db.session.scalar(select(Account.id).where(Account.persona.is_not(None)).limit(1)):
        phones.switch_on(now)
        return False
    with COMMUNES.open(encoding="utf-8") as lines:
        import_communes(lines)
    db.session.flush()
    places = _write_places()
    began = now - SINCE
    for staff in STAFF:
        _write_staff(staff, places, began)
    for service in SERVICES:
        directory.add_service(places[service.place], service.kind, service.skills)
    professionals = {
        each.key: _write_professional(each, rank, places, began) for rank, each in enumerate(PROFESSIONALS)
    }
    db.session.flush()
    phones.switch_on(began)
    known = _write_patients(places, professionals, began)
    _live_through(places, known, now)
    return True


def _write_places() -> dict[str, Organization]:
    places: dict[str, Organization] = {}
    for rank, place in enumerate(PLACES):
        places[place.key] = Organization(
            name=place.name,
            kind=place.kind,
            parent=places[place.parent] if place.parent else None,
            phone=f"+3319900{1000 + rank * 53:04d}",
            address=place.address,
            postal_code=POSTAL_CODES.get(place.commune),
            commune_code=place.commune,
        )
        db.session.add(places[place.key])
    db.session.flush()
    db.session.add_all(
        TerritoryCommune(organization_id=places["cpts"].id, commune_code=code)
        for code in db.session.scalars(select(Commune.code))
    )
    return places


def _write_staff(staff: Staff, places: dict[str, Organization], began: datetime) -> None:
    person = _account(staff.key, staff.given_name, staff.family_name, staff.persona, began)
    person.memberships = [Membership(organization_id=places[key].id, role=role) for key, role in staff.roles]


def _write_professional(
    each: Professional, rank: int, places: dict[str, Organization], began: datetime
) -> Practitioner:
    practice = places[each.practice]
    person = _account(each.key, each.given_name, each.family_name, each.persona, began)
    person.memberships = [Membership(organization_id=practice.id, role=Role.PRACTITIONER)]
    db.session.flush()
    practitioner = Practitioner(
        rpps=f"{89_900_000_000 + rank * 1_009 + 17}",
        given_name=each.given_name,
        family_name=each.family_name,
        profession=each.profession,
        phone=f"+3363998{1000 + rank * 41:04d}",
        account_id=person.id,
    )
    centre = practice.commune
    if centre.latitude is None or centre.longitude is None:
        raise ValueError(f"{COMMUNES} says nowhere where {centre.name} lies")
    latitude = centre.latitude + each.north / METRES_PER_DEGREE
    longitude = centre.longitude + each.east / (METRES_PER_DEGREE * cos(radians(latitude)))
    role = directory.add_role(practitioner, practice, latitude, longitude)
    directory.accept_requests(role, each.accepting)
    role.skills = list(SKILLS.get(each.key, ()))
    return practitioner


def _account(key: str, given_name: str, family_name: str, persona: bool, began: datetime) -> Account:
    person = Account(
        email=email_of(key),
        given_name=given_name,
        family_name=family_name,
        created_at=began,
        persona=key if persona else None,
    )
    db.session.add(person)
    return person


def _write_patients(
    places: dict[str, Organization], professionals: dict[str, Practitioner], began: datetime
) -> dict[str, UUID]:
    author = {each.practice: each.key for each in reversed(PROFESSIONALS)}
    author |= {place: staff.key for staff in reversed(STAFF) for place, _ in staff.roles}
    known: dict[str, UUID] = {}
    for person in PATIENTS:
        keeper = places[person.keeper]
        by = account(author[person.keeper]).id
        patient = patients.create(person.identity, organization_id=keeper.id, by=by, now=began)
        db.session.flush()
        known[person.key] = patient.id
        for key in person.usual:
            patients.set_usual(patient.id, professionals[key], now=began)
    return known


def _live_through(places: dict[str, Organization], known: dict[str, UUID], now: datetime) -> None:
    """Tell every request up to `now`, each move of the search at the very moment when it fell due."""
    home = {staff.key: places[staff.roles[0][0]].id for staff in STAFF}
    home |= {each.key: places[each.practice].id for each in PROFESSIONALS}
    tales = [
        tell(plot(line, known[line.patient], home[line.by], now), Teller(Random(f"{rank} {line.patient}")))  # noqa: S311
        for rank, line in enumerate(LINES)
    ]
    timeline = Timeline(tales)
    reached = now - SINCE
    while (at := timeline.next_at) and at <= now:
        search_until(at, reached)
        timeline.turn(at)
        phones.deliver(at)
        reached = at
    search_until(now, reached)


def search_until(moment: datetime, since: datetime) -> None:
    """Do what a worker would have done by itself between these instants."""
    while due := _next_search(moment):
        since = max(since, due[1])
        dispatch.advance([care_requests.hold(due[0])], since)
        phones.deliver(since)


def _next_search(moment: datetime) -> tuple[UUID, datetime] | None:
    """Which search is due first, and when."""
    statement = select(CareRequest.id, CareRequest.next_move_at).where(
        CareRequest.state == State.SEARCHING, CareRequest.next_move_at <= moment
    )
    row = db.session.execute(statement.order_by(CareRequest.next_move_at, CareRequest.id).limit(1)).first()
    return (row[0], row[1] or moment) if row else None
