"""The requests of a list, and one with what its page shows of it: a statement each."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, Uuid, bindparam, select, union
from sqlalchemy.orm import InstrumentedAttribute, defer, joinedload, lazyload, load_only

from app import clock
from app.accounts.models import REQUESTERS, Account
from app.appointments.models import Appointment, PatientLink, PatientSpace
from app.care_requests.lines import RequestFacts, facts_of, listing
from app.care_requests.models import CareRequest, CareTask, EpisodeDocument, InformationCopy, Step
from app.care_requests.rules import OPEN, State
from app.consents.objections import names_reader
from app.conversations.models import Conversation
from app.conversations.queries import TO_READ, UNREAD, UNREAD_STAYS
from app.core.db import db, rows
from app.directory.models import PractitionerRole
from app.dispatch.models import Inquiry, Offer, OfferState
from app.organizations.models import Organization
from app.patients.models import Patient

HourSaid = tuple[datetime, str | None]
"""When somebody comes, and what the patient said of it."""


class Followed(NamedTuple):
    """A request, the offer that was taken, the visit, the hash of the patient's link to it, and her space; then whether
    there is anything of each kind that few requests have, so that it is asked for only there."""

    request: CareRequest
    won: Offer | None
    appointment: Appointment | None
    link: str | None
    space: PatientSpace | None
    tasks: bool
    copies: bool
    documents: bool
    inquiries: bool
    proposals: bool
    talked: bool


def _any(owner: InstrumentedAttribute[UUID], *which: ColumnElement[bool]) -> ColumnElement[bool]:
    mine = CareRequest.episode_id if owner is EpisodeDocument.episode_id else CareRequest.id
    return select(owner).where(owner == mine, *which).correlate(CareRequest).exists()


_FOLLOWED = (
    select(
        *(CareRequest, Offer, Appointment, PatientLink.token_hash, PatientSpace),
        _any(CareTask.request_id),
        _any(InformationCopy.request_id),
        _any(EpisodeDocument.episode_id),
        _any(Inquiry.request_id),
        _any(Offer.request_id, Offer.state == OfferState.PROPOSED),
        _any(Conversation.id),
    )
    .outerjoin(Offer, (Offer.request_id == CareRequest.id) & (Offer.state == OfferState.WON))
    .outerjoin(Appointment, Appointment.request_id == CareRequest.id)
    .outerjoin(PatientLink, PatientLink.appointment_id == Appointment.id)
    .outerjoin(PatientSpace, PatientSpace.patient_id == CareRequest.patient_id)
    .where(CareRequest.id == bindparam("request"))
    .options(
        joinedload(CareRequest.patient).options(defer(Patient.birth_place), defer(Patient.ins)),
        joinedload(CareRequest.performer).joinedload(PractitionerRole.organization).lazyload(Organization.commune),
        joinedload(CareRequest.commune),
        joinedload(CareRequest.organization).lazyload(Organization.commune),
        joinedload(CareRequest.author).options(
            load_only(Account.given_name, Account.family_name), lazyload(Account.memberships)
        ),
    )
)


def followed_request(request_id: UUID) -> Followed | None:
    """Whoever asks must still be one who may follow it."""
    row = db.session.execute(_FOLLOWED, {"request": request_id}).one_or_none()
    return Followed._make(row) if row else None


class Happened(NamedTuple):
    """A `Step` of a request, as its page shows it."""

    at: datetime
    kind: str
    state: State | None
    author_id: UUID | None
    author_name: str
    detail: str


_HAPPENED = (
    select(Step.at, Step.kind, Step.state, Step.author_id, Step.author_name, Step.detail)
    .where(Step.request_id == bindparam("request"))
    .order_by(Step.id)
)


def happened(request_id: UUID) -> list[Happened]:
    """Its steps, the oldest first."""
    return [Happened(*row) for row in rows(_HAPPENED, request=request_id)]


_MINE = select(CareRequest.id).where(CareRequest.organization_id.in_(bindparam("organizations", expanding=True)))
_LISTED = (
    listing(Appointment.starts_at, Appointment.patient_answer, UNREAD)
    .outerjoin(Appointment, Appointment.request_id == CareRequest.id)
    .order_by((CareRequest.state == State.UNANSWERED).desc(), CareRequest.created_at.desc())
)


def _beginning_with(newest: Select[UUID]) -> Select[*tuple[Any, ...]]:
    # Few are unanswered and the newest stand in an index: sorting years of requests for one page would be slow.
    unanswered = _MINE.where(CareRequest.state == State.UNANSWERED).limit(_LIMIT)
    parts = (
        newest.order_by(CareRequest.created_at.desc()).limit(_LIMIT).subquery().select(),
        unanswered.subquery().select(),
        select(CareRequest.id).where(CareRequest.episode_id == bindparam("episode", type_=Uuid())),
        TO_READ,
    )
    closed = names_reader(CareRequest.patient_id, bindparam("reader", type_=Uuid()))
    return _LISTED.where(CareRequest.id.in_(union(*parts)), ~closed)


_LIMIT = bindparam("limit", type_=Integer)
_OPEN = _beginning_with(_MINE.where(CareRequest.state.in_(OPEN)))
_ALL = _beginning_with(_MINE)


def followed(
    account: Account, *, open_only: bool, limit: int = 100, episode_id: UUID | None = None
) -> tuple[list[RequestFacts], list[RequestFacts], dict[UUID, HourSaid], set[UUID]]:
    """The requests of this person's organizations, those nobody answered first, then the newest; in the order in which
    they were asked, the needs of this event; the hour of those that have one; and where there is something to read,
    which keeps a request in the list when it is over."""
    mine = account.organizations(*REQUESTERS)
    listed = rows(
        _OPEN if open_only else _ALL,
        organizations=mine,
        limit=limit,
        episode=episode_id,
        reader=account.id,
        lately=clock.now() - UNREAD_STAYS,
    )
    found = [facts_of(row) for row in listed]
    hours = {each.id: (row[0], row[1]) for row, each in zip(listed, found, strict=True) if row[0]}
    unread = {each.id for row, each in zip(listed, found, strict=True) if row[2]}
    listed_too = OPEN if open_only else frozenset(State)
    theirs = [
        each for each in found if each.organization_id in mine and (each.state in listed_too or each.id in unread)
    ]
    event = [each for each in found if each.episode_id == episode_id]
    return theirs[:limit], sorted(event, key=lambda each: each.id), hours, unread
