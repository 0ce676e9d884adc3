"""What the account's screens read."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Uuid, column, select, table

from app.accounts.models import Account, Passkey, Role
from app.core.db import db

# The directory stands above this room, so its classes cannot be imported here; our foreign key already names
# its table, and of it we read only the name to show.
ORGANIZATION = table("organization", column("id", Uuid), column("name"))


def passkeys_of(account: Account) -> list[Passkey]:
    return list(db.session.scalars(select(Passkey).where(Passkey.account_id == account.id).order_by(Passkey.id)))


def organization_names(ids: Collection[UUID]) -> dict[UUID, str]:
    """Names by id, in the order of the alphabet."""
    rows = db.session.execute(
        select(ORGANIZATION.c.id, ORGANIZATION.c.name).where(ORGANIZATION.c.id.in_(ids)).order_by(ORGANIZATION.c.name)
    )
    return {row.id: row.name for row in rows}


def roles_of(account: Account) -> list[tuple[str, list[Role]]]:
    """(name of the organization, roles held there)."""
    names = organization_names(account.organizations())
    return [(name, _roles_in(account, organization_id)) for organization_id, name in names.items()]


def _roles_in(account: Account, organization_id: UUID) -> list[Role]:
    return [membership.role for membership in account.memberships if membership.organization_id == organization_id]


def may_invite_to(account: Account) -> dict[UUID, str]:
    """Names by id of the organizations where `account` may give a role."""
    return organization_names([each for each in account.organizations() if account.may_grant(each)])
