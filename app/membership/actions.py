"""Verbs that coming in, changing and leaving share: the mails, and who keeps a place."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from app.accounts.actions import NEWS_LASTS, lock_account
from app.accounts.models import KEEPERS, Account, Membership, Role
from app.audit.actions import record
from app.core.db import db, lock_in_order
from app.letters.actions import enqueue
from app.membership.models import Invitation, MembershipLetter
from app.membership.rules import ADDRESS_CODE_LASTS


def mail_invitation(invitation: Invitation, kind: MembershipLetter, *, now: datetime) -> None:
    """Owe the mail of an invitation, as long as it opens something."""
    name, ends = invitation.given_name, invitation.expires_at
    enqueue(kind, invitation.id, invitation.email, given_name=name, now=now, expires_at=ends)


def write_to(address: str, kind: MembershipLetter, subject_id: UUID, *, now: datetime) -> None:
    """Owe a mail to an address that may be nobody's account yet."""
    lasts = ADDRESS_CODE_LASTS if kind is MembershipLetter.ADDRESS_CODE else NEWS_LASTS
    enqueue(kind, subject_id, address, now=now, expires_at=now + lasts)


def take_charge(account: Account, organization_id: UUID, *, now: datetime) -> bool:
    """Who administers what stands above it administers this too, from now on; False when she did already. Whether she
    may is for who calls to know."""
    here = Membership.organization_id == organization_id, Membership.role == Role.ADMINISTRATOR
    lock_account(account.id)
    if db.session.scalar(select(Membership.id).where(Membership.account_id == account.id, *here)):
        return False
    account.memberships.append(Membership(organization_id=organization_id, role=Role.ADMINISTRATOR))
    db.session.flush()
    record("account.took_charge", account, account.id, now=now, organization=organization_id)
    return True


def lock_keepers(organization_ids: Iterable[UUID]) -> None:
    """Who keeps these places, until the transaction ends: of two who leave or remove each other at once, the second
    finds that she would be the last. After the account, before everything else."""
    keep = Membership.organization_id.in_(list(organization_ids)), Membership.role.in_(KEEPERS)
    lock_in_order(Membership, *keep)
