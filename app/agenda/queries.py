"""Who comes in one week: every visit of one person, or of one who comes; two questions for either."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, bindparam, func, null, select

from app import clock
from app.accounts.models import REQUESTERS, Account
from app.agenda.models import CalendarFeed, VisitMove
from app.agenda.rules import Shift, When, at_hour, hour_on, monday_of, shifts
from app.appointments.models import Appointment, PatientSpace
from app.assessments.queries import places_of_care
from app.care_requests.models import CareRequest, FollowsPathway
from app.care_requests.rules import TAKEN, State, Visit
from app.consents.objections import keeps_the_team_apart, names_reader
from app.core.db import db, rows
from app.core.tokens import hash_token
from app.directory.models import Practitioner, PractitionerRole, Profession
from app.directory.queries import recipients_of
from app.dispatch.models import Offer, OfferState
from app.organizations.models import Commune, Organization
from app.passages.models import Passage
from app.passages.queries import of_plan
from app.passages.rules import PassageState
from app.patients.models import Patient, shown_name
from app.relays.tour import hour_at

A_WEEK = timedelta(days=7)
AT_MOST = 400


class _Row(FollowsPathway, NamedTuple("_Row", [
    ("id", UUID), ("passage", bool), ("day", Any), ("moment", Any), ("state", Any), ("held", Any), ("late_at", Any),
    ("own_hour", Any), ("agreed", Any), ("mode", Any), ("answer", Any), ("request_id", UUID),
    ("pathway_version_id", UUID), ("reason", str), ("care_state", State), ("stay_id", Any), ("organization_id", UUID),
    ("visits", Any), ("wanted", datetime), ("changed_at", datetime), ("patient_id", Any), ("role_id", UUID),
    ("profession", Profession), ("recipient_id", UUID), ("given_name", Any), ("family_name", Any), ("phone", Any),
    ("place", str), ("place_phone", Any), ("offer_id", Any), ("patient_given", Any), ("patient_birth", Any),
    ("commune", str),
])):  # fmt: skip
    """A visit as it is read. `passage`: of care that comes back; otherwise the one visit of a request."""


class Visited(NamedTuple):
    """One visit. `waits`: still to come, and not suspended; `state`: what became of it, planned
    while nothing did; `unhoured`: nobody has said yet when it is; `of_person`: somebody comes, and no service."""

    id: UUID
    request_id: UUID
    when: When
    mode: str
    state: PassageState
    held: bool
    late: bool
    waits: bool
    unhoured: bool
    care: str
    who: str
    of_person: bool
    phone: str
    profession: Profession
    role_id: UUID
    recipient_id: UUID
    organization_id: UUID
    offer_id: UUID | None
    patient_id: UUID | None
    patient: str
    commune: str
    changed_at: datetime


_RECIPIENT = func.coalesce(PractitionerRole.practitioner_id, PractitionerRole.id)
_OF_CARE = (
    *(CareRequest.id, CareRequest.pathway_version_id, CareRequest.reason, CareRequest.state, CareRequest.stay_id),
    *(CareRequest.organization_id, CareRequest.visits, CareRequest.window_end, CareRequest.changed_at),
    CareRequest.patient_id,
    *(PractitionerRole.id, PractitionerRole.profession, _RECIPIENT, Practitioner.given_name, Practitioner.family_name),
    *(Practitioner.phone, Organization.name, Organization.phone, Offer.id, Patient.given_names, Patient.birth_name),
    Commune.name,
)
_VISIT = Appointment.starts_at, Appointment.mode, Appointment.patient_answer


def _with_who(found: Select[*tuple[Any, ...]], role_id: Any) -> Select[*tuple[Any, ...]]:
    """Who comes, to whom, and where."""
    return (
        found.join(PractitionerRole, PractitionerRole.id == role_id)
        .join(Organization, Organization.id == PractitionerRole.organization_id)
        .outerjoin(Practitioner, Practitioner.id == PractitionerRole.practitioner_id)
        .outerjoin(Offer, (Offer.request_id == CareRequest.id) & (Offer.state == OfferState.WON))
        .outerjoin(Patient, Patient.id == CareRequest.patient_id)
        .join(Commune, Commune.code == CareRequest.commune_code)
        .where(CareRequest.state.in_(TAKEN))
    )


_PASSAGES = _with_who(
    select(
        *(Passage.id, Passage.day, Passage.moment, Passage.state, Passage.held, Passage.late_at, Passage.starts_at),
        *_VISIT,
        *_OF_CARE,
    )
    .join(CareRequest, CareRequest.id == Passage.request_id)
    .outerjoin(Appointment, Appointment.request_id == CareRequest.id),
    Passage.role_id,
).where(Passage.day.between(bindparam("first"), bindparam("last")))

_APPOINTMENTS = _with_who(
    select(
        *(Appointment.id, null(), null(), null(), null(), null(), null()),
        *_VISIT,
        *_OF_CARE,
    ).join(CareRequest, CareRequest.id == Appointment.request_id),
    CareRequest.performer_id,
)
_SAID = Appointment.starts_at.between(bindparam("start"), bindparam("end"))
_UNSAID = (
    Appointment.starts_at.is_(None)
    & (CareRequest.state == State.ACCEPTED)
    & CareRequest.window_end.between(bindparam("start"), bindparam("end"))
)

_HERS = CareRequest.patient_id == bindparam("patient", type_=Uuid())
_MINE = _RECIPIENT.in_(bindparam("mine", expanding=True, type_=Offer.recipient_id.type)) & ~names_reader(
    CareRequest.patient_id, bindparam("reader", type_=Uuid())
)


Both = tuple[Select[*tuple[Any, ...]], Select[*tuple[Any, ...]]]


def _both(condition: ColumnElement[bool]) -> Both:
    return (
        _PASSAGES.where(condition).order_by(Passage.day, Passage.id).limit(AT_MOST),
        _APPOINTMENTS.where(condition, _SAID | _UNSAID).order_by(Appointment.id).limit(AT_MOST),
    )


_TO_HER, _BY_ME = _both(_HERS), _both(_MINE)


def week_of(patient_id: UUID, first: date, last: date) -> list[Visited]:
    """Every visit to this person from `first` to `last`, whoever comes."""
    return _read(_TO_HER, first, last, patient=patient_id)


def my_week(account_id: UUID, inboxes: Collection[UUID], first: date, last: date) -> list[Visited]:
    """Every visit of hers, and of the services where she answers, to whomever does not refuse her."""
    return _read(_BY_ME, first, last, mine=list(inboxes), reader=account_id)


def _read(asked: Both, first: date, last: date, **given: Any) -> list[Visited]:
    passages, appointments = asked
    found = [_Row(each[0], True, *each[1:]) for each in rows(passages, first=first, last=last, **given)]
    start, end = clock.midnight(first), clock.midnight(last + timedelta(days=1))
    single = [_Row(each[0], False, *each[1:]) for each in rows(appointments, start=start, end=end, **given)]
    days = {(each.request_id, each.day) for each in found}
    # Of care that comes back the hour stands with the passage of its day.
    alone = [each for each in single if not each.visits or (each.agreed and (each.request_id, _day(each)) not in days)]
    visits = [*map(_passage, found), *map(_appointment, alone)]
    return sorted(visits, key=lambda each: (each.when.place, each.id))


def _day(row: _Row) -> date:
    return clock.paris(row.agreed).date()


def _passage(row: _Row) -> Visited:
    at = row.own_hour
    if at is None and hour_at(None, row.agreed, row.moment):
        at = hour_on(row.day, row.agreed, clock.PARIS)
    planned = row.state is PassageState.PLANNED and row.care_state is not State.DONE
    mode = row.mode or "home"
    return _visited(row, When(row.day, row.moment, at), mode, row.state, row.held, planned, unhoured=False)


def _appointment(row: _Row) -> Visited:
    done = row.care_state in (State.STARTED, State.DONE)
    when = at_hour(row.agreed or row.wanted, clock.PARIS)
    state = PassageState.DONE if done else PassageState.PLANNED
    if row.agreed is None:
        when = When(when.day, when.moment)
    held = row.stay_id is not None
    return _visited(row, when, row.mode or "home", state, held, not done, unhoured=row.agreed is None)


def _visited(
    row: _Row, when: When, mode: str, state: PassageState, held: bool, planned: bool, *, unhoured: bool
) -> Visited:
    return Visited(
        id=row.id,
        request_id=row.request_id,
        when=when,
        mode=mode,
        state=state,
        held=held,
        late=row.late_at is not None,
        waits=planned and not held and not unhoured,
        unhoured=unhoured,
        care=row.need.care,
        who=f"{row.given_name} {row.family_name}" if row.given_name else row.place,
        of_person=bool(row.given_name),
        phone=(row.phone if row.given_name else row.place_phone) or "",
        profession=row.profession,
        role_id=row.role_id,
        recipient_id=row.recipient_id,
        organization_id=row.organization_id,
        offer_id=row.offer_id,
        patient_id=row.patient_id,
        patient=shown_name(row.patient_given, row.patient_birth) if row.patient_given else "",
        commune=row.commune,
        changed_at=row.changed_at,
    )


def reads_all(account: Account, patient_id: UUID) -> bool:
    """May this person read of everybody who comes to her? Not who comes to help at home or to deliver, and nobody where
    she keeps the team apart."""
    return not keeps_the_team_apart(patient_id) and bool(places_of_care(account))


def read_by(account: Account, week: Sequence[Visited]) -> list[Visited]:
    """Of a week what those read who do not read all: what they do, and what they asked for."""
    mine, places = set(recipients_of(account)), set(account.organizations(*REQUESTERS))
    return [each for each in week if each.recipient_id in mine or each.organization_id in places]


def my_visit(visit_id: UUID, account: Account, now: datetime) -> Visited | None:
    """One of hers, wherever it stands between last week and the next ones; none of another's."""
    first = monday_of(clock.paris(now).date()) - A_WEEK
    day = db.session.scalar(select(Passage.day).where(Passage.id == visit_id))
    if day is None:
        at = db.session.scalar(select(Appointment.starts_at).where(Appointment.id == visit_id))
        day = clock.paris(at).date() if at else None
    if day is None or day < first:
        return None
    mine = my_week(account.id, recipients_of(account), day, day)
    return next((each for each in mine if each.id == visit_id), None)


def shifts_of(visit: Visited, now: datetime) -> dict[Shift, When]:
    """To when she can move it in one tap."""
    if not visit.waits or (visit.when.at and visit.when.at <= now):
        return {}
    passage = db.session.get(Passage, visit.id)
    taken = of_plan(passage.plan_id) if passage else ()
    return shifts(visit.when, {Visit(each.day, each.moment) for each in taken}, now, clock.PARIS)


def last_move(visit: Visited, account: Account, now: datetime) -> VisitMove | None:
    """How this visit came to stand where it does, when she moved it and may take that back: nobody has answered to it
    since, and the hour at which it was has not gone by."""
    passage = db.session.get(Passage, visit.id)
    which = VisitMove.passage_id == visit.id if passage else VisitMove.request_id == visit.request_id
    last = db.session.scalars(select(VisitMove).where(which).order_by(VisitMove.id.desc()).limit(1)).first()
    if last is None or last.by_id != account.id or not visit.waits:
        return None
    single = None if passage else db.session.get(Appointment, visit.id)
    answered = single is not None and single.changed_at != last.at
    gone_by = last.starts_at <= now if last.starts_at else last.day < clock.paris(now).date()
    return None if answered or gone_by else last


def before(move: VisitMove) -> When:
    return When(move.day, move.moment, move.starts_at)


def space_of(patient_id: UUID) -> PatientSpace | None:
    """How she reads, where she has a card."""
    return db.session.scalar(select(PatientSpace).where(PatientSpace.patient_id == patient_id))


def feed_of(account_id: UUID) -> CalendarFeed | None:
    return db.session.scalar(select(CalendarFeed).where(CalendarFeed.account_id == account_id))


def by_token(token: str) -> CalendarFeed | None:
    """One indexed look-up by hash: nothing to time."""
    return db.session.scalar(select(CalendarFeed).where(CalendarFeed.token_hash == hash_token(token)))
