"""What the account's screens read."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from flask import current_app
from sqlalchemy import Uuid, column, func, or_, select, table
from sqlalchemy.orm import aliased

from app.accounts.models import INVITATION, RECOVERY_INVITATION, Account, Invitation, Membership, Passkey, Role, SignIn
from app.config import Settings
from app.core.db import db
from app.letters.models import Letter, LetterState

# The directory stands above this room, so its classes cannot be imported here; our foreign key already names
# its table, and of it we read only the name to show.
ORGANIZATION = table("organization", column("id", Uuid), column("name"))


def passkeys_of(account: Account) -> list[Passkey]:
    return list(db.session.scalars(select(Passkey).where(Passkey.account_id == account.id).order_by(Passkey.id)))


def devices_of(account: Account, now: datetime) -> list[SignIn]:
    """The browsers where this person is signed in, the last used first."""
    settings: Settings = current_app.config["SETTINGS"]
    seen = func.coalesce(SignIn.last_seen_at, SignIn.created_at)
    own = SignIn.tablet_id.is_(None) & (seen > now - settings.idle_limit)
    live = or_(own, seen > now - min(settings.tablet_idle, settings.idle_limit))
    mine = SignIn.account_id == account.id, SignIn.ended_at.is_(None), SignIn.expires_at > now, live
    return list(db.session.scalars(select(SignIn).where(*mine).order_by(seen.desc(), SignIn.id)))


def members_of(organization_id: UUID) -> list[Account]:
    """Everyone with a role there, in the order of the alphabet."""
    here = select(Membership.account_id).where(Membership.organization_id == organization_id)
    return list(
        db.session.scalars(
            select(Account).where(Account.id.in_(here)).order_by(Account.family_name, Account.given_name, Account.id)
        )
    )


def holding(role: Role, organization_ids: Collection[UUID]) -> list[Account]:
    """Who has this role in one of these organizations and can still come in, in the order of the alphabet."""
    there = select(Membership.account_id).where(
        Membership.organization_id.in_(organization_ids), Membership.role == role
    )
    found = select(Account).where(Account.id.in_(there), Account.active)
    return list(db.session.scalars(found.order_by(Account.family_name, Account.given_name, Account.id)))


def with_passkey(accounts: Collection[Account]) -> frozenset[UUID]:
    """Which of these people can sign in already, in one query."""
    ids = [each.id for each in accounts]
    return frozenset(db.session.scalars(select(Passkey.account_id).where(Passkey.account_id.in_(ids)).distinct()))


def shown_invitation(invitation_id: UUID, by: Account) -> Invitation | None:
    """One that this person shows on her screen."""
    mine = Invitation.id == invitation_id, Invitation.shown_by_id == by.id
    return db.session.scalar(select(Invitation).where(*mine))


def undelivered(account_ids: Collection[UUID]) -> dict[UUID, LetterState]:
    """Whose last invitation by mail did not leave, by account: refused for good, over before it could, or still tried
    after a failure."""
    later = aliased(Invitation)
    newer = select(later.id).where(later.account_id == Invitation.account_id, later.id > Invitation.id).exists()
    tried_again = Letter.state.in_((LetterState.PENDING, LetterState.LEASED)) & (Letter.trouble != "")
    rows = db.session.execute(
        select(Invitation.account_id, Letter.state)
        .join(Letter, Letter.subject_id == Invitation.id)
        .where(
            Invitation.account_id.in_(account_ids),
            Invitation.used_at.is_(None),
            ~newer,
            Letter.kind.in_((INVITATION, RECOVERY_INVITATION)),
            Letter.state.in_((LetterState.FAILED, LetterState.EXPIRED)) | tried_again,
        )
    )
    return {row.account_id: row.state for row in rows}


def roles_in(account: Account, organization_id: UUID) -> list[Role]:
    return [membership.role for membership in account.memberships if membership.organization_id == organization_id]


def organization_names(ids: Collection[UUID]) -> dict[UUID, str]:
    """Names by id, in the order of the alphabet."""
    rows = db.session.execute(
        select(ORGANIZATION.c.id, ORGANIZATION.c.name).where(ORGANIZATION.c.id.in_(ids)).order_by(ORGANIZATION.c.name)
    )
    return {row.id: row.name for row in rows}


def roles_of(account: Account) -> list[tuple[str, list[Role]]]:
    """(name of the organization, roles held there)."""
    names = organization_names(account.organizations())
    return [(name, roles_in(account, organization_id)) for organization_id, name in names.items()]


def may_invite_to(account: Account) -> dict[UUID, str]:
    """Names by id of the organizations where `account` may give a role."""
    return organization_names([each for each in account.organizations() if account.may_grant(each)])


def answering_from_lock_screen(account_ids: Collection[UUID | None]) -> frozenset[UUID]:
    """Those of these people whose alerts carry the two answers, in one query."""
    mine = Account.id.in_([each for each in account_ids if each]), Account.answers_from_lock_screen
    return frozenset(db.session.scalars(select(Account.id).where(*mine)))
