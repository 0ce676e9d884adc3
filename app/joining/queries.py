"""What the coordinator's queue reads: requests for access from the practices of her territory."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select

from app.accounts.models import Account, Role
from app.core.db import db
from app.directory.annuaire import PROFESSION_CODES
from app.directory.models import Practitioner, PractitionerRole
from app.joining.models import AccessRequest
from app.organizations.models import Organization, TerritoryCommune


def waiting(account: Account) -> Sequence[AccessRequest]:
    """Those that wait for this coordinator, the oldest first."""
    statement = select(AccessRequest).where(*_waiting(account)).order_by(AccessRequest.confirmed_at)
    return db.session.scalars(statement).all()


def waiting_for(account: Account) -> int:
    """How many, without reading them."""
    if not account.organizations(Role.COORDINATOR):
        return 0
    return db.session.scalars(select(func.count(AccessRequest.id)).where(*_waiting(account))).one()


def for_account(request_id: UUID, account: Account) -> AccessRequest | None:
    """One that waits, or did, for this coordinator; another's is not found."""
    here = AccessRequest.practitioner_id.in_(_in_territory(account)), AccessRequest.confirmed_at.is_not(None)
    return db.session.scalar(select(AccessRequest).where(AccessRequest.id == request_id, *here))


def practitioner_by_rpps(rpps: str) -> Practitioner | None:
    return db.session.scalar(select(Practitioner).where(Practitioner.rpps == rpps))


def practises(practitioner: Practitioner, codes: Collection[str]) -> bool:
    """Is what the directory calls this person among these professions, in the codes of the national directory?"""
    return practitioner.profession in {PROFESSION_CODES.get(code) for code in codes}


def _waiting(account: Account) -> tuple[ColumnElement[bool], ...]:
    return (
        AccessRequest.practitioner_id.in_(_in_territory(account)),
        AccessRequest.confirmed_at.is_not(None),
        AccessRequest.decided_at.is_(None),
    )


def _in_territory(account: Account) -> Select[UUID | None]:
    """Who works in a commune that one of this person's organizations coordinates."""
    mine = TerritoryCommune.organization_id.in_(account.organizations(Role.COORDINATOR))
    return (
        select(PractitionerRole.practitioner_id)
        .join(Organization, Organization.id == PractitionerRole.organization_id)
        .join(TerritoryCommune, TerritoryCommune.commune_code == Organization.commune_code)
        .where(mine, PractitionerRole.practitioner_id.is_not(None))
    )
