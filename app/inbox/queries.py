"""Reads for the practitioner's screens that no other door needs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import CompoundSelect, ScalarSelect, Select, bindparam, func, literal, null, or_, select, union_all
from sqlalchemy.orm import aliased, contains_eager, defer, joinedload, lazyload, load_only

from app.accounts.models import Account, Role
from app.appointments.models import Appointment
from app.care_requests.lines import RequestFacts, facts_of, listing
from app.care_requests.models import CareRequest, CareTask, InformationCopy, State
from app.care_requests.queries import GOES_ON
from app.care_requests.rules import OPEN
from app.consents.objections import names_reader
from app.conversations.queries import UNREAD
from app.core.db import UtcDateTime, db, rows
from app.directory.models import Practitioner, PractitionerRole
from app.directory.queries import practitioner_of, recipients_of
from app.dispatch.models import Inquiry, Offer, OfferState
from app.dispatch.queries import given_back
from app.organizations.models import Commune, Organization
from app.patients.models import Patient

COPIES_STAY = timedelta(days=30)
TIME_TO_EXPLAIN = timedelta(minutes=10)
"""How long a refusal stays in the inbox to be given its reason."""
FREE = (State.SEARCHING, State.UNANSWERED)
SAID = (OfferState.WON, OfferState.REFUSED, OfferState.RELAYED)
MOST_FREE = 5
MOST = 50
"""A list shows no more than that, and its number says no more."""


def roles_of(account: Account) -> list[PractitionerRole]:
    """For whom this person answers: herself first, then the services where she works."""
    person = practitioner_of(account.id)
    services = select(PractitionerRole).where(
        PractitionerRole.id.in_(recipients_of(account)), PractitionerRole.practitioner_id.is_(None)
    )
    own = [person.role] if person and person.role else []
    return [*own, *db.session.scalars(services.order_by(PractitionerRole.id))]


@dataclass(frozen=True)
class Recipient:
    """An inbox that somebody looks at. `on_call`: it may be asked today, and she may answer."""

    recipient_id: UUID
    name: str
    accepting: bool
    on_call: bool
    replacement_id: UUID | None
    replaced_until: datetime | None


_SHOWN_OF_ROLE = (
    *(PractitionerRole.id, PractitionerRole.accepting, PractitionerRole.can_sign_in),
    *(PractitionerRole.replacement_id, PractitionerRole.replaced_until),
)
_PERSONS = (
    select(*_SHOWN_OF_ROLE, Practitioner.id.label("person_id"), Practitioner.given_name, Practitioner.family_name)
    .join(Practitioner, Practitioner.id == PractitionerRole.practitioner_id)
    .where(Practitioner.account_id == bindparam("account"))
)
_SERVICES = (
    select(*_SHOWN_OF_ROLE, null(), Organization.name, literal(""))
    .join(Organization, Organization.id == PractitionerRole.organization_id)
    .where(
        PractitionerRole.organization_id.in_(bindparam("places", expanding=True)),
        PractitionerRole.practitioner_id.is_(None),
    )
)
_RECIPIENTS: CompoundSelect[*tuple[Any, ...]] = union_all(_PERSONS, _SERVICES)


def recipients(account: Account) -> list[Recipient]:
    """What this person looks at: her own inbox first, then those of the services where she works."""
    found = rows(_RECIPIENTS, account=account.id, places=account.organizations(Role.PRACTITIONER))
    return [
        Recipient(
            row.person_id or row.id,
            f"{row.given_name} {row.family_name}".rstrip(),
            row.accepting,
            row.can_sign_in or row.person_id is None,
            row.replacement_id,
            row.replaced_until,
        )
        for row in sorted(found, key=lambda row: (row.person_id is None, row.id))
    ]


def stand_in(recipient: Recipient) -> PractitionerRole | None:
    return db.session.get(PractitionerRole, recipient.replacement_id) if recipient.replacement_id else None


_MINE = bindparam("mine", expanding=True, type_=Offer.recipient_id.type)
_NOW, _SINCE = bindparam("now", type_=UtcDateTime()), bindparam("since", type_=UtcDateTime())


def _mine(state: OfferState) -> Select[UUID]:
    return select(Offer.id).where(Offer.recipient_id.in_(_MINE), Offer.state == state)


_Again = aliased(Offer)
_FREE = (
    _mine(OfferState.EXPIRED)
    .join(CareRequest, CareRequest.id == Offer.request_id)
    .where(CareRequest.state.in_(FREE), GOES_ON, CareRequest.window_end > _NOW)
    .where(
        ~select(_Again.id)
        .where(_Again.request_id == Offer.request_id, _Again.recipient_id.in_(_MINE))
        .where(_Again.state != OfferState.EXPIRED)
        .exists()
    )
    .order_by(Offer.id.desc())
    .limit(4 * MOST_FREE)
)
_WAITING = union_all(
    _mine(OfferState.OPEN),
    _mine(OfferState.REFUSED).where(Offer.refusal_reason.is_(None), Offer.ended_at > _SINCE),
    select(_FREE.subquery().c.id),
)
_CARDS = (
    select(Offer, select(Inquiry.id).where(Inquiry.offer_id == Offer.id, Inquiry.answered_at.is_not(None)).exists())
    .join(Offer.request)
    .join(CareRequest.commune)
    .outerjoin(CareRequest.patient)
    .where(Offer.id.in_(_WAITING))
    .options(
        defer(Offer.heard),
        defer(Offer.visits),
        contains_eager(Offer.request).options(
            load_only(CareRequest.pathway_version_id, CareRequest.reason, CareRequest.answers_text, CareRequest.visits),
            load_only(CareRequest.rhythm, CareRequest.review_on),
            load_only(CareRequest.state, CareRequest.urgent, CareRequest.window_start, CareRequest.window_end),
            load_only(CareRequest.answer_by),
            contains_eager(CareRequest.commune).load_only(Commune.name),
            contains_eager(CareRequest.patient).options(load_only(Patient.birth_date_text), lazyload(Patient.commune)),
        ),
    )
)
"""What an inbox shows of a request: of whom it is about, her age alone is opened."""


@dataclass(frozen=True)
class Waiting:
    """What awaits an answer, the most pressing first; refusals without a reason yet and what these inboxes let pass
    and nobody took since, as long as it can still be useful, the latest first. `answered`: whose question has its
    answer."""

    offers: list[Offer]
    unexplained: list[Offer]
    free: list[Offer]
    answered: set[UUID]


def _pressing(offer: Offer) -> tuple[bool, bool, datetime]:
    """What is urgent, then her own patients, then what is due first."""
    return not offer.request.urgent, not offer.knows_patient, offer.expires_at


def waiting(recipients: Collection[UUID], now: datetime) -> Waiting:
    cards = db.session.execute(_CARDS, {"mine": recipients, "now": now, "since": now - TIME_TO_EXPLAIN}).all()
    by_state: dict[OfferState, list[Offer]] = {}
    for offer, _answered in cards:
        by_state.setdefault(offer.state, []).append(offer)
    free: dict[UUID, Offer] = {}
    for offer in sorted(by_state.get(OfferState.EXPIRED, []), key=lambda offer: offer.id, reverse=True):
        free.setdefault(offer.request_id, offer)
    return Waiting(
        offers=sorted(by_state.get(OfferState.OPEN, []), key=_pressing),
        unexplained=sorted(by_state.get(OfferState.REFUSED, []), key=lambda offer: offer.ended_at or now, reverse=True),
        free=list(free.values())[:MOST_FREE],
        answered={offer.id for offer, answered in cards if answered},
    )


_VISITS = _mine(OfferState.WON).join(CareRequest, CareRequest.id == Offer.request_id).where(CareRequest.state.in_(OPEN))
_TO_DO = (
    _mine(OfferState.WON)
    .join(CareTask, CareTask.request_id == Offer.request_id)
    .where(CareTask.owner == "performer", CareTask.done_at.is_(None))
)
_UNREAD = (
    select(InformationCopy.id)
    .join(Practitioner, Practitioner.id == InformationCopy.practitioner_id)
    .join(CareRequest, CareRequest.id == InformationCopy.request_id)
    .where(Practitioner.account_id == bindparam("account"), InformationCopy.read_at.is_(None))
    .where(~names_reader(CareRequest.patient_id, bindparam("account")))
    .where(InformationCopy.at > bindparam("since", type_=UtcDateTime()))
)


def _number(statement: Select[Any], most: int | None = None) -> ScalarSelect[int]:
    return select(func.count()).select_from(statement.limit(most).subquery()).scalar_subquery()


_NUMBERS = select(
    _number(_UNREAD, MOST).label("copies"),
    _number(_TO_DO).label("tasks"),
    _number(_VISITS, MOST).label("visits"),
    _number(_mine(OfferState.PROPOSED)).label("proposals"),
    or_(*(_mine(said).exists() for said in SAID)).label("has_answered"),
)


@dataclass(frozen=True)
class Numbers:
    """How many things stand behind the inbox; `has_answered`: something was once taken or refused in it."""

    copies: int
    tasks: int
    visits: int
    proposals: int
    has_answered: bool


def numbers(account_id: UUID, recipients: Collection[UUID], now: datetime) -> Numbers:
    [found] = rows(_NUMBERS, account=account_id, mine=recipients, since=now - COPIES_STAY)
    return Numbers(*found)


@dataclass(frozen=True)
class VisitRow:
    """What was taken in an inbox, with its hour and what the patient said of it."""

    offer_id: UUID
    starts_at: datetime | None
    patient_answer: str | None
    unread: bool
    request: RequestFacts


_TAKEN = (
    listing(Offer.id, Appointment.starts_at, Appointment.patient_answer, UNREAD)
    .join(Offer, Offer.request_id == CareRequest.id)
    .outerjoin(Appointment, Appointment.request_id == CareRequest.id)
    .where(Offer.recipient_id.in_(_MINE), Offer.state == OfferState.WON, CareRequest.state.in_(OPEN))
    .order_by(CareRequest.window_start)
    .limit(MOST)
)
_PROPOSED = (
    listing(Offer.id)
    .join(Offer, Offer.request_id == CareRequest.id)
    .where(Offer.recipient_id.in_(_MINE), Offer.state == OfferState.PROPOSED)
    .order_by(Offer.id)
)


def visits(reader: UUID, recipients: Collection[UUID]) -> list[VisitRow]:
    """What was taken in these inboxes and is not finished, in the order it is wanted. `reader`: whose account looks."""
    return [
        VisitRow(row[0], row[1], row[2], row[3], facts_of(row)) for row in rows(_TAKEN, mine=recipients, reader=reader)
    ]


def proposals(recipients: Collection[UUID]) -> list[tuple[UUID, RequestFacts]]:
    """Yeses of these inboxes that wait for the requester's choice, each by its offer."""
    return [(row[0], facts_of(row)) for row in rows(_PROPOSED, mine=recipients)]


def is_still_free(offer: Offer) -> bool:
    """She let it pass, and may have it yet."""
    free = offer.request.state in FREE and offer.request.stay_id is None
    return free and offer.state is OfferState.EXPIRED


def standing(offer: Offer) -> str:
    """Where this offer stands, as she may be told: its state, and why it was withdrawn when it was (`cancelled`,
    `given-back` or `taken-back`)."""
    if offer.state is not OfferState.WITHDRAWN:
        return offer.state.value
    if offer.request.state is State.CANCELLED:
        return "cancelled"
    return "given-back" if given_back(offer) else "taken-back"


def tasks(recipients: Collection[UUID], request_id: UUID | None = None) -> Sequence[tuple[CareTask, Offer]]:
    """What these inboxes still have to do for what they took, the most pressing first, each with its offer."""
    statement = (
        select(CareTask, Offer)
        .join(Offer, Offer.request_id == CareTask.request_id)
        .options(joinedload(Offer.request).joinedload(CareRequest.patient).lazyload(Patient.commune))
        .where(Offer.recipient_id.in_(recipients), Offer.state == OfferState.WON)
        .where(CareTask.owner == "performer", CareTask.done_at.is_(None))
        .order_by(CareTask.due_at)
    )
    if request_id:
        statement = statement.where(CareTask.request_id == request_id)
    return [(task, offer) for task, offer in db.session.execute(statement)]


def task_of(task_id: UUID, recipients: Collection[UUID]) -> tuple[CareTask, Offer] | None:
    """The task, done or not, if it falls to one of these inboxes."""
    statement = (
        select(CareTask, Offer)
        .join(Offer, Offer.request_id == CareTask.request_id)
        .where(CareTask.id == task_id, CareTask.owner == "performer")
        .where(Offer.recipient_id.in_(recipients), Offer.state == OfferState.WON)
    )
    found = db.session.execute(statement).first()
    return (found[0], found[1]) if found else None


def copies(reader: Practitioner, now: datetime) -> Sequence[InformationCopy]:
    """News for this person, but of who refuses her, the unread first, then the latest."""
    statement = select(InformationCopy).join(CareRequest, CareRequest.id == InformationCopy.request_id)
    hers = InformationCopy.practitioner_id == reader.id, ~names_reader(CareRequest.patient_id, reader.account_id)
    statement = statement.where(*hers, InformationCopy.at > now - COPIES_STAY)
    newest = statement.order_by(InformationCopy.read_at.is_not(None), InformationCopy.id.desc())
    return db.session.scalars(newest.limit(MOST)).all()
