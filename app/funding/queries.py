"""Who reads and writes what care leaves to pay, and what is known of it. The whole house asks here."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from app import clock
from app.accounts.models import REQUESTERS, Account, Membership, Role
from app.assessments.queries import places_of_care
from app.consents.objections import keeps_the_team_apart
from app.core.db import db
from app.funding.models import AssistanceContract, Estimate, FundingRequest
from app.funding.rules import EstimateState
from app.organizations.models import Organization
from app.stays.models import Stay
from app.stays.queries import running
from app.stays.rules import StayEnding

CELLS = ("cpts", "dac", "social-work")
"""Kinds of organizations whose people see to rights and costs; elsewhere only who follows people over time does."""

Row = TypeVar("Row", Estimate, FundingRequest)


def of_funding(places: Collection[Organization], account: Account) -> list[Organization]:
    """Among the places of care where this person works, those for which she may read and write what this room keeps."""
    follows = account.organizations(Role.CASE_MANAGER)
    asks = account.organizations(Role.REQUESTER, Role.CASE_MANAGER)
    return [each for each in places if each.id in follows or (each.kind in CELLS and each.id in asks)]


def places_of_funding(account: Account) -> list[Organization]:
    return of_funding(places_of_care(account), account)


def _readable(kind: type[Row], patient_id: UUID, account: Account) -> Select[Row]:
    """The newest first; while she keeps the team apart, only those of one's own house."""
    hers = select(kind).where(kind.patient_id == patient_id).order_by(kind.id.desc())
    if keeps_the_team_apart(patient_id):
        hers = hers.where(kind.organization_id.in_(account.organizations(*REQUESTERS)))
    return hers


def estimates_of(patient_id: UUID, account: Account) -> Sequence[Estimate]:
    who = joinedload(Estimate.author).lazyload(Account.memberships)
    return db.session.scalars(_readable(Estimate, patient_id, account).options(who)).all()


def estimate_of(patient_id: UUID, estimate_id: UUID, account: Account) -> Estimate | None:
    return db.session.scalar(_readable(Estimate, patient_id, account).where(Estimate.id == estimate_id))


def requests_of(patient_id: UUID, account: Account) -> Sequence[FundingRequest]:
    who = joinedload(FundingRequest.owner).lazyload(Account.memberships)
    return db.session.scalars(_readable(FundingRequest, patient_id, account).options(who)).all()


def request_of(patient_id: UUID, request_id: UUID, account: Account) -> FundingRequest | None:
    return db.session.scalar(_readable(FundingRequest, patient_id, account).where(FundingRequest.id == request_id))


def contract_of(patient_id: UUID) -> AssistanceContract | None:
    """The one that counts."""
    hers = AssistanceContract.patient_id == patient_id, AssistanceContract.replaced_at.is_(None)
    return db.session.scalar(select(AssistanceContract).where(*hers))


def shown_to(patient_id: UUID) -> Sequence[Estimate]:
    """What she herself may read: those that were shown to her and still stand, the newest first."""
    shown = Estimate.state.in_((EstimateState.SHOWN, EstimateState.ACCEPTED))
    return db.session.scalars(
        select(Estimate).where(Estimate.patient_id == patient_id, shown).order_by(Estimate.id.desc())
    ).all()


def admitted_on(patient_id: UUID) -> date | None:
    """Since which day she is in hospital, through every ward she was moved to; none: she is not."""
    stays = db.session.scalars(select(Stay).where(Stay.patient_id == patient_id).order_by(Stay.since.desc())).all()
    since = None
    for stay in stays:
        if stay.ended not in (None, StayEnding.TRANSFERRED) or (stay.until is not None and since is None):
            break
        since = stay.since
    return clock.paris(since).date() if since else None


def exit_day(patient_id: UUID) -> date | None:
    """On which she is expected to leave hospital."""
    stay = running(patient_id)
    return stay.expected[-1].on if stay and stay.expected else None


def told_of(asked: FundingRequest) -> list[UUID]:
    """Whom the clock speaks to: who sees to it, or everybody there who may when she does not work there any more."""
    there = select(Membership.account_id).where(
        Membership.organization_id == asked.organization_id,
        Membership.role.in_((Role.REQUESTER, Role.CASE_MANAGER)),
    )
    people = sorted(set(db.session.scalars(there)))
    return [asked.owner_id] if asked.owner_id in people else people
