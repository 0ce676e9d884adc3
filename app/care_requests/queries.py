"""Reads of requests, and who may follow which."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload

from app.accounts.models import REQUESTERS, Account, Membership, Role
from app.care_requests.models import CareRequest, CareTask, InformationCopy, Step
from app.care_requests.rules import OPEN, State, Verb
from app.consents.objections import names_reader, refused_accounts, refuses
from app.core.db import db
from app.directory.queries import recipients_of
from app.jobs.timers import Due
from app.organizations.queries import territory_communes, territory_of, whose_rules
from app.pathways.library import in_force
from app.pathways.schema import Pathway

GOES_ON = CareRequest.stay_id.is_(None)
"""It is not suspended."""


def rulebooks(organization_ids: Sequence[UUID]) -> dict[str, Pathway]:
    """The pathways that people of these organizations may start, by slug: their own versions, else their parents', else
    their territory's, else the catalogue's."""
    return in_force(whose_rules(organization_ids))


def under_way(patient_id: UUID, pathway: str) -> Sequence[CareRequest]:
    """What is still open of this pathway for the patient, the newest first, so that nobody asks twice."""
    statement = (
        select(CareRequest)
        .where(CareRequest.patient_id == patient_id, CareRequest.pathway == pathway, CareRequest.state.in_(OPEN))
        .order_by(CareRequest.created_at.desc(), CareRequest.id)
    )
    return db.session.scalars(statement.limit(50)).all()


def open_for(patient_id: UUID) -> Sequence[CareRequest]:
    """What is under way for this patient, the newest first."""
    mine = CareRequest.patient_id == patient_id, CareRequest.state.in_(OPEN)
    return db.session.scalars(select(CareRequest).where(*mine).order_by(CareRequest.created_at.desc())).all()


def for_account(request_id: UUID, account: Account) -> CareRequest | None:
    """The request, if this person may follow it."""
    request = db.session.get(CareRequest, request_id)
    return request if request and is_followed_by(request, account) else None


def is_followed_by(request: CareRequest, account: Account) -> bool:
    """Requesters follow their organization's; the coordinator follows what is in her hands or her territory. Nobody
    does whom the person refuses by name, be it her own ward's care."""
    if refuses(request.patient_id, account):
        return False
    if request.organization_id in account.organizations(*REQUESTERS):
        return True
    coordinates = account.organizations(Role.COORDINATOR)
    return bool(coordinates) and (
        request.coordinator_id == account.id or request.commune_code in territory_communes(coordinates)
    )


def family(request: CareRequest) -> Select[UUID]:
    """This need and the parts into which its plan was shared: whoever said no to one is not asked for another."""
    same = (CareRequest.episode_id == request.episode_id, CareRequest.reason == request.reason)
    return select(CareRequest.id).where(*same)


def shared_with(request: CareRequest) -> Sequence[CareRequest]:
    """This need and the parts into which its plan was shared, as they were asked."""
    return db.session.scalars(
        select(CareRequest).where(CareRequest.id.in_(family(request))).order_by(CareRequest.id)
    ).all()


def may_follow(account: Account, request_id: UUID) -> bool:
    """The requester's side, or the one who took it."""
    request = db.session.get(CareRequest, request_id)
    return request is not None and (is_followed_by(request, account) or performs(request, account))


def performs(request: CareRequest, account: Account) -> bool:
    """Did this person accept the request, or the service where she works; unless the patient refuses her by name?"""
    hers = request.performer is not None and request.performer.recipient_id in recipients_of(account)
    return hers and not refuses(request.patient_id, account)


def may_follow_organization(account: Account, organization_id: UUID) -> bool:
    return organization_id in account.organizations(*REQUESTERS)


def may_watch_board(account: Account, organization_id: UUID) -> bool:
    return organization_id in account.organizations(Role.COORDINATOR)


def may_decide_as(account: Account, account_id: UUID) -> bool:
    """What waits for somebody's decision is hers alone to hear of."""
    return account.id == account_id


def to_decide(account: Account) -> Sequence[CareRequest]:
    """What waits for this senior doctor, who waits longest first."""
    hers = CareRequest.decider_id == account.id, ~names_reader(CareRequest.patient_id, account.id)
    waiting = select(CareRequest).where(*hers, CareRequest.state == State.DRAFT)
    return db.session.scalars(waiting.options(joinedload(CareRequest.patient)).order_by(CareRequest.created_at)).all()


def decided_since(account: Account, since: datetime, limit: int = 50) -> list[tuple[CareRequest, Step]]:
    """What this senior doctor decided, with the step that says what and when, the latest first."""
    decided = (
        select(CareRequest, Step)
        .join(Step, Step.request_id == CareRequest.id)
        .where(CareRequest.decider_id == account.id, Step.author_id == account.id)
        .where(~names_reader(CareRequest.patient_id, account.id))
        .where(Step.kind.in_((Verb.APPROVE, Verb.DECLINE)), Step.at >= since)
        .order_by(Step.at.desc(), Step.id.desc())
    )
    return [(request, step) for request, step in db.session.execute(decided.limit(limit))]


def together(request: CareRequest) -> Sequence[CareRequest]:
    """The needs of the same event, this one among them, in the order in which they were asked."""
    same = select(CareRequest).where(CareRequest.episode_id == request.episode_id).order_by(CareRequest.id)
    return db.session.scalars(same.options(joinedload(CareRequest.performer))).all()


def tasks_of(request_id: UUID) -> Sequence[CareTask]:
    """What is to be done after the acceptance, the soonest due first."""
    return db.session.scalars(select(CareTask).where(CareTask.request_id == request_id).order_by(CareTask.due_at)).all()


def copies_of(request_id: UUID) -> Sequence[InformationCopy]:
    """Who was told of it without having to answer."""
    told = select(InformationCopy).where(InformationCopy.request_id == request_id)
    return db.session.scalars(told.options(joinedload(InformationCopy.practitioner)).order_by(InformationCopy.id)).all()


def oldest_due(_now: datetime) -> Due:
    """Since when the longest waiting search should have moved."""
    return select(func.min(CareRequest.next_move_at)).where(CareRequest.state == State.SEARCHING, GOES_ON)


def due(now: datetime, limit: int = 1000) -> list[UUID]:
    """The searches whose next move is longest due, those of a commune side by side: they read the same neighbours."""
    statement = (
        select(CareRequest.id, CareRequest.commune_code)
        .where(CareRequest.next_move_at <= now, CareRequest.state == State.SEARCHING, GOES_ON)
        .order_by(CareRequest.next_move_at)
        .limit(limit)
    )
    return [row.id for row in sorted(db.session.execute(statement), key=lambda row: row.commune_code)]


def coordinator_for(request: CareRequest) -> UUID:
    """The human in whose hands an unanswered request falls: the territory's coordinator, else its own author, else who
    asks where she asked: whoever left has nothing in her hands, and whom the patient refuses by name neither."""
    territory = territory_of(request.commune_code)
    coordinates = (
        Membership.organization_id == (territory.id if territory else None),
        Membership.role == Role.COORDINATOR,
    )
    asks = Membership.organization_id == request.organization_id, Membership.role.in_(REQUESTERS)
    return _first(request, *coordinates) or _first(request, *asks) or request.author_id


def _first(request: CareRequest, *which: ColumnElement[bool]) -> UUID | None:
    """Who asked before all others, if she is one of these."""
    hers_first = Membership.account_id != request.author_id
    theirs = select(Membership.account_id).where(
        *which, Membership.account_id.not_in(refused_accounts(request.patient_id))
    )
    return db.session.scalar(theirs.order_by(hers_first, Membership.id).limit(1))
