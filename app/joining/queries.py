"""What the coordinator's queue reads: requests for access from the practices of her territory."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import bindparam, func, select

from app.accounts.models import Account, Role
from app.core.db import db, rows
from app.directory.annuaire import PROFESSION_CODES
from app.directory.models import Practitioner, PractitionerRole
from app.joining.models import AccessRequest
from app.organizations.models import Organization, TerritoryCommune

_IN_TERRITORY = (
    select(PractitionerRole.practitioner_id)
    .join(Organization, Organization.id == PractitionerRole.organization_id)
    .join(TerritoryCommune, TerritoryCommune.commune_code == Organization.commune_code)
    .where(TerritoryCommune.organization_id.in_(bindparam("organizations", expanding=True)))
    .where(PractitionerRole.practitioner_id.is_not(None))
)
"""Who works in a commune that one of these organizations coordinates."""
_HERE = AccessRequest.practitioner_id.in_(_IN_TERRITORY), AccessRequest.confirmed_at.is_not(None)
_WAITING = *_HERE, AccessRequest.decided_at.is_(None)
_QUEUE = select(AccessRequest).where(*_WAITING).order_by(AccessRequest.confirmed_at)
_NUMBER = select(func.count(AccessRequest.id)).where(*_WAITING)
_ONE = select(AccessRequest).where(AccessRequest.id == bindparam("request"), *_HERE)


def waiting(account: Account) -> Sequence[AccessRequest]:
    """Those that wait for this coordinator, the oldest first."""
    return db.session.scalars(_QUEUE, {"organizations": account.organizations(Role.COORDINATOR)}).all()


def waiting_for(account: Account) -> int:
    """How many, without reading them."""
    mine = account.organizations(Role.COORDINATOR)
    [(number,)] = rows(_NUMBER, organizations=mine) if mine else [(0,)]
    return int(number)


def for_account(request_id: UUID, account: Account) -> AccessRequest | None:
    """One that waits, or did, for this coordinator; another's is not found."""
    mine = account.organizations(Role.COORDINATOR)
    return db.session.scalar(_ONE, {"request": request_id, "organizations": mine})


def practitioner_by_rpps(rpps: str) -> Practitioner | None:
    return db.session.scalar(select(Practitioner).where(Practitioner.rpps == rpps))


def practises(practitioner: Practitioner, codes: Collection[str]) -> bool:
    """Is what the directory calls this person among these professions, in the codes of the national directory?"""
    return practitioner.profession in {PROFESSION_CODES.get(code) for code in codes}
