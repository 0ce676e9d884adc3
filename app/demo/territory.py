"""Loading the invented territory, once: places, people, patients, and the requests of the last days."""

from datetime import datetime, timedelta
from math import cos, radians
from pathlib import Path
from random import Random
from uuid import UUID

from sqlalchemy import select

from app import clock
from app.accounts.models import Account, Membership, Role
from app.assessments.actions import write_down
from app.assessments.library import grids
from app.assessments.queries import places_of_care
from app.care_requests import actions as care_requests
from app.care_requests.models import CareRequest, State
from app.care_requests.queries import GOES_ON
from app.circles import actions as circles
from app.circles.models import Told, Usual
from app.conversations.actions import say_around
from app.core.db import db, new_id
from app.demo import phones
from app.demo.people import CAST, PEOPLE, SLUGS, DemoProfessional, email_of, identity_of
from app.demo.plan import PlanWriter
from app.demo.plot import Teller, account
from app.demo.requests import (
    AROUND,
    ASSESSMENTS,
    ESTIMATES,
    FOLDERS,
    NOTES,
    REQUESTS,
    SAFETY_NOTES,
    STAYS,
    PastRequest,
    opened_at,
)
from app.demo.tale import tell
from app.demo.timeline import Tale, Timeline
from app.directory import actions as directory
from app.directory.models import Practitioner, Profession
from app.directory.queries import practitioner_of
from app.dispatch import search as dispatch
from app.folders import actions as folders
from app.folders import team
from app.folders.queries import seat_of
from app.folders.rules import CriticalMoment, review_by_default
from app.folders.team import TeamCandidate
from app.funding import actions as funding
from app.funding.actions import WrittenBy
from app.funding.models import Estimate
from app.funding.queries import places_of_funding
from app.funding.rules import EstimateState
from app.liaison import actions as liaison
from app.liaison.models import Note
from app.organizations.actions import import_communes
from app.organizations.models import Commune, Organization, TerritoryCommune
from app.pathways.actions import begin_draft
from app.pathways.library import pathways
from app.patients import actions as patients
from app.patients.models import Patient
from app.patients.numbers import write_local_number
from app.plans.actions import PlanAuthor
from app.protocols.drafting import kept_table
from app.relatives import actions as relatives
from app.relatives.actions import RelativeSaid
from app.stays import actions as stays
from app.stays.queries import running as running_stay

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
    for key, staff in CAST.staff.items():
        person = _account(key, began)
        person.memberships = [Membership(organization_id=places[place].id, role=role) for place, role in staff.roles]
    for key, service in CAST.services.items():
        directory.add_service(places[key], service.kind, service.skills)
    professionals = {
        key: _write_professional(key, one, rank, places, began)
        for rank, (key, one) in enumerate(CAST.professionals.items())
    }
    db.session.flush()
    phones.switch_on(began)
    known = _write_patients(places, professionals, began)
    _live_through(places, known, now)
    _write_stays(places, known, now)
    _write_assessments(known, now)
    _write_books(known, now)
    _open_folders(places, known, now)
    _write_around(known, now)
    _write_estimates(known, now)
    _begin_pathway(now)
    return True


def _write_places() -> dict[str, Organization]:
    places: dict[str, Organization] = {}
    for rank, (key, place) in enumerate(CAST.places.items()):
        places[key] = Organization(
            name=place.name,
            kind=place.kind,
            parent=places[place.parent] if place.parent else None,
            phone=f"+3319900{1000 + rank * 53:04d}",
            address=place.address,
            postal_code=CAST.postal_codes.get(place.commune),
            commune_code=place.commune,
        )
        db.session.add(places[key])
    db.session.flush()
    db.session.add_all(
        TerritoryCommune(organization_id=places["cpts"].id, commune_code=code)
        for code in db.session.scalars(select(Commune.code))
    )
    return places


def _write_professional(
    key: str, one: DemoProfessional, rank: int, places: dict[str, Organization], began: datetime
) -> Practitioner:
    practice = places[one.practice]
    person = _account(key, began)
    person.memberships = [Membership(organization_id=practice.id, role=Role.PRACTITIONER)]
    db.session.flush()
    practitioner = Practitioner(
        rpps=f"{89_900_000_000 + rank * 1_009 + 17}",
        given_name=one.given,
        family_name=one.family,
        profession=one.profession,
        phone=f"+3363998{1000 + rank * 41:04d}",
        account_id=person.id,
    )
    centre = practice.commune
    if centre.latitude is None or centre.longitude is None:
        raise ValueError(f"{COMMUNES} says nowhere where {centre.name} lies")
    north, east = one.lies
    latitude = centre.latitude + north / METRES_PER_DEGREE
    longitude = centre.longitude + east / (METRES_PER_DEGREE * cos(radians(latitude)))
    role = directory.add_role(practitioner, practice, latitude, longitude)
    directory.accept_requests(role, one.accepting)
    role.skills = list(one.skills)
    return practitioner


def _account(key: str, began: datetime) -> Account:
    person = Account(
        email=email_of(key),
        given_name=PEOPLE[key].given,
        family_name=PEOPLE[key].family,
        created_at=began,
        persona=key if key in SLUGS else None,
    )
    db.session.add(person)
    return person


def _write_patients(
    places: dict[str, Organization], professionals: dict[str, Practitioner], began: datetime
) -> dict[str, UUID]:
    author = {one.practice: key for key, one in reversed(CAST.professionals.items())}
    author |= {place: key for key, staff in reversed(CAST.staff.items()) for place, _role in staff.roles}
    known: dict[str, UUID] = {}
    for key, person in CAST.patients.items():
        keeper = places[person.keeper]
        by = account(author[person.keeper]).id
        patient = patients.create(identity_of(key), organization_id=keeper.id, by=by, now=began)
        db.session.flush()
        known[key] = patient.id
        for usual in person.usual:
            circles.set_usual(patient.id, Usual.herself(professionals[usual]), told=Told.NAMED, by=by, now=began)
        for profession, place in person.usual_place.items():
            team = Usual(Profession(profession), places[place])
            circles.set_usual(patient.id, team, told=Told.NAMED, by=by, now=began)
        write_local_number(patient, keeper.id, person.number, by=by, now=began)
        for near in person.relatives:
            relatives.name(patient.id, RelativeSaid(near.name, near.kinship), near.headings, by=by, now=began)
    return known


def _live_through(places: dict[str, Organization], known: dict[str, UUID], now: datetime) -> None:
    """Tell every request up to `now`, each move of the search at the very moment when it fell due."""
    home = {key: places[staff.roles[0][0]].id for key, staff in CAST.staff.items()}
    home |= {key: places[one.practice].id for key, one in CAST.professionals.items()}

    def tale(rank: int, one: PastRequest) -> Tale:
        teller = Teller(Random(f"{rank} {one.patient}"))  # noqa: S311 -- a story, not a secret
        return tell(one, opened_at(one.opened, now), known[one.patient], home[one.by], teller)

    timeline = Timeline(tale(rank, one) for rank, one in enumerate(REQUESTS))
    reached = now - SINCE
    while (at := timeline.next_at) and at <= now:
        search_until(at, reached)
        timeline.turn(at)
        phones.deliver(at)
        reached = at
    search_until(now, reached)


def _write_stays(places: dict[str, Organization], known: dict[str, UUID], now: datetime) -> None:
    """Who is in hospital, and when each may come home."""
    for one in STAYS:
        by, patient, began = account(one.by), known[one.patient], now - timedelta(days=one.since)
        stays.admit(patient, places[one.ward].id, by=by, now=began)
        phones.deliver(began)
        for rank, leaves in enumerate(one.exits, 1):
            running = running_stay(patient)
            if running is None:
                raise ValueError(f"{one.patient} is in hospital nowhere")
            on, at = clock.paris(now).date() + timedelta(days=leaves.days), began + timedelta(hours=2 * rank)
            stays.expect_exit(running, on, leaves.why, by=by, now=at)
            phones.deliver(at)


def _write_assessments(known: dict[str, UUID], now: datetime) -> None:
    for one in ASSESSMENTS:
        by, at = account(one.by), now - timedelta(days=one.days)
        place, grid = places_of_care(by)[0].id, grids()[one.grid]
        write_down(known[one.patient], grid, one.answers, one.remark, key=new_id(), by=by, place=place, now=at)


def _write_books(known: dict[str, UUID], now: datetime) -> None:
    """Liaison books, note by note as they were written."""
    for rank, one in enumerate(NOTES):
        patient = known[one.patient]
        said = liaison.Writing(one.text, f"{rank}", one.type, one.urgent, one.visibility)
        note = _write_note(patient, one.by, said, now - timedelta(minutes=one.ago))
        if one.answer:
            said = liaison.Writing(one.answer.text, f"{rank}a", one.type, visibility=one.visibility, answers=note)
            _write_note(patient, one.answer.by, said, now - timedelta(minutes=one.answer.ago))
    phones.deliver(now)
    for each in SAFETY_NOTES:
        liaison.say_at_the_door(known[each.patient], each.text, by=account(each.by).id, now=now)


def _write_note(patient: UUID, key: str, said: liaison.Writing, at: datetime) -> Note:
    by = account(key)
    note = liaison.write(patient, said, by=liaison.author_of(by, patient, at), now=at)
    if not isinstance(note, Note):
        raise ValueError(f"{key} cannot write: {note}")
    phones.deliver(at)
    return note


PLANNED = timedelta(days=2)
"""How long ago the plans of the demonstration's folders were written."""


def _open_folders(places: dict[str, Organization], known: dict[str, UUID], now: datetime) -> None:
    """Who accompanies somebody over time: told to her, shared with her agreement, answered by some of the team."""
    for one in FOLDERS:
        by, at = account(one.by), now - timedelta(days=one.days)
        patient, place = db.session.get_one(Patient, known[one.patient]), places_of_care(by)[0].id
        review_on = review_by_default(one.level, clock.paris(at).date())
        said = CriticalMoment(one.moment), one.why, one.level, review_on
        folder = folders.begin(patient, *said, by=by, place=place, now=at).folder
        if folder is None:
            raise ValueError(f"no folder begins for {one.patient}")
        team.name_member(folder, TeamCandidate(organization_id=place, account_id=by.id), by=by, now=at, leads=True)
        for key in (*one.team, *one.asked):
            team.name_member(folder, _seat_of(key, places), by=by, now=at)
        folders.inform(folder, "bedside", agreed=True, by=by, now=at)
        team.propose(folder, by=by, now=at)
        for key in one.team:
            who = account(key)
            if seat := seat_of(folder, who):
                team.answer(folder, seat, yes=True, by=who, now=at + timedelta(hours=2))
        phones.deliver(at + timedelta(hours=3))
        PlanWriter(folder, PlanAuthor(by), now - PLANNED).write()


def _seat_of(key: str, places: dict[str, Organization]) -> TeamCandidate:
    if key in places:
        return TeamCandidate(organization_id=places[key].id)
    practitioner = practitioner_of(account(key).id)
    return TeamCandidate(practitioner_id=practitioner.id if practitioner else None)


def _write_around(known: dict[str, UUID], now: datetime) -> None:
    for one in AROUND:
        at = now - timedelta(minutes=one.ago)
        say_around(known[one.patient], one.text, by=account(one.by), now=at)
        phones.deliver(at)
    phones.deliver(now)


def _write_estimates(known: dict[str, UUID], now: datetime) -> None:
    for one in ESTIMATES:
        by, at, key = account(one.by), now - timedelta(days=one.days), new_id()
        place = places_of_funding(by)[0].id
        funding.begin_estimate(known[one.patient], one.situation, WrittenBy(by, place, key, at))
        estimate = db.session.get_one(Estimate, key)
        for service in one.services:
            funding.set_service(estimate, service, now=at)
        funding.move_estimate(estimate, EstimateState.SHOWN, by=by, now=at)
        for funder in one.asked:
            funding.ask_funder(known[one.patient], funder, None, "", WrittenBy(by, place, new_id(), at))


def _begin_pathway(now: datetime) -> None:
    """What the coordinator writes these days, and has not put in force."""
    coordinator = db.session.scalars(select(Account).where(Account.persona == "coordinator")).one()
    [territory] = coordinator.organizations(Role.COORDINATOR)
    begin_draft("home-care", kept_table(pathways()["home-care"]), territory, by=coordinator.id, now=now)


def search_until(moment: datetime, since: datetime) -> None:
    """Do what a worker would have done by itself between these instants."""
    while due := _next_search(moment):
        since = max(since, due[1])
        dispatch.advance([care_requests.lock(due[0])], since)
        phones.deliver(since)


def _next_search(moment: datetime) -> tuple[UUID, datetime] | None:
    """Which search is due first, and when."""
    statement = select(CareRequest.id, CareRequest.next_move_at).where(
        CareRequest.state == State.SEARCHING, GOES_ON, CareRequest.next_move_at <= moment
    )
    row = db.session.execute(statement.order_by(CareRequest.next_move_at, CareRequest.id).limit(1)).first()
    return (row[0], row[1] or moment) if row else None
