"""Verbs on invitations."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select, update

from app.accounts.models import Account, Invitation, Membership, Passkey, Role
from app.accounts.rules import INVITATION_LASTS, accepts_codes, six_digits
from app.audit.actions import record
from app.core.db import db
from app.core.tokens import keyed_hash, same

LEASE = timedelta(minutes=5)  # far longer than a mail server may take to answer; also the wait before a new try


@dataclass(frozen=True)
class Person:
    """Whom to invite. `email` in lower case."""

    email: str
    given_name: str
    family_name: str


def invite(person: Person, organization_id: UUID, role: Role, *, by: UUID | None, now: datetime) -> Invitation | None:
    """Give `person` a role, and a way in when she has none yet; `by` is None for the command line.

    Returns None when she already has a passkey: she then keeps her account as it is, because a mailed code
    that adds a key to it would be a way around the keys (ASVS 6.4.4).
    """
    account = db.session.scalar(select(Account).where(Account.email == person.email))
    if account is None:
        account = Account(
            email=person.email, given_name=person.given_name, family_name=person.family_name, created_at=now
        )
        db.session.add(account)
        db.session.flush()
    _join(account, organization_id, role)
    record("account.invited", subject=account.id, actor=by, why="joins an organization", now=now, role=role.value)
    if db.session.scalar(select(Passkey.id).where(Passkey.account_id == account.id).limit(1)):
        return None
    _end_invitations(account.id, now)
    invitation = Invitation(account_id=account.id, created_at=now, expires_at=now + INVITATION_LASTS)
    db.session.add(invitation)
    db.session.flush()
    return invitation


def _join(account: Account, organization_id: UUID, role: Role) -> None:
    if not any((m.organization_id, m.role) == (organization_id, role) for m in account.memberships):
        account.memberships.append(Membership(organization_id=organization_id, role=role))


def _end_invitations(account_id: UUID, now: datetime) -> None:
    """Only the last invitation of a person works, and none once she is in."""
    db.session.execute(
        update(Invitation)
        .where(Invitation.account_id == account_id, Invitation.used_at.is_(None), Invitation.expires_at > now)
        .values(expires_at=now)
    )


def code_of(invitation_id: UUID) -> str:
    """The six digits mailed with an invitation: computed again when needed, stored nowhere."""
    return six_digits(keyed_hash("invitation-code", str(invitation_id)))


def show_code(invitation_id: UUID, code: str, *, now: datetime) -> Invitation | None:
    """The invitation that `code` opens; None, without saying why, for any other. Wrong codes count."""
    right = same(code, code_of(invitation_id))
    invitation = db.session.scalar(
        select(Invitation).where(Invitation.id == invitation_id).with_for_update(of=Invitation)
    )
    if invitation is None or not accepts_codes(invitation.used_at, invitation.expires_at, invitation.attempts, now):
        return None
    if not right:
        invitation.attempts += 1
        return None
    return invitation if invitation.account.active else None


def use(invitation: Invitation, *, now: datetime) -> None:
    """The invited person has her passkey: the invitation has done its work."""
    invitation.used_at = now
    _end_invitations(invitation.account_id, now)


def claim_unsent(*, now: datetime) -> Invitation | None:
    """Take one invitation that has to be mailed, for as long as the lease; no other worker gets it then."""
    free = or_(Invitation.claimed_until.is_(None), Invitation.claimed_until <= now)
    due = (Invitation.sent_at.is_(None), Invitation.used_at.is_(None), Invitation.expires_at > now, free)
    oldest = select(Invitation.id).where(*due).order_by(Invitation.id).limit(1).with_for_update(skip_locked=True)
    return db.session.scalar(
        update(Invitation)
        .where(Invitation.id == oldest.scalar_subquery(), *due)
        .values(claimed_until=now + LEASE)
        .returning(Invitation)
    )


def note_sent(invitation_id: UUID, *, now: datetime) -> None:
    db.session.execute(update(Invitation).where(Invitation.id == invitation_id).values(sent_at=now, claimed_until=None))
