"""Verbs on invitations: an organization proposes a role, and it is held when the person has said yes (decision 0019).

A role begins with three things together: somebody who may give it, the mailbox that the code was sent to (or the
screen it was shown on), and the passkey of the person. None of them alone takes what the account holds elsewhere.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select, update

from app.accounts.actions import lock_account
from app.accounts.models import Account, Membership, Passkey, Role, SignIn
from app.audit.actions import record
from app.core.db import db, insert_into
from app.core.events import announce
from app.membership import recovery
from app.membership.actions import mail_invitation
from app.membership.models import Invitation, MembershipLetter
from app.membership.queries import live_invitations
from app.membership.rules import INVITATION_LASTS, ON_SCREEN_LASTS


@dataclass(frozen=True)
class RoleTaken:
    """A person has taken the role that she was proposed."""

    invitation: Invitation


@dataclass(frozen=True)
class InvitationRenewed:
    """Another invitation takes the place of a former one, and of all that is tied to it."""

    former: Invitation
    renewed: Invitation


@dataclass(frozen=True)
class Invitee:
    """Whom to invite. `email` in lower case."""

    email: str
    given_name: str
    family_name: str


def invite(
    invitee: Invitee,
    organization_id: UUID,
    role: Role,
    *,
    by: UUID | None,
    now: datetime,
    on_screen: bool = False,
    former: Invitation | None = None,
) -> Invitation:
    """Propose a role to whoever reads this mailbox; `by` is None for the command line. A former proposal of the same
    role ends, and what is tied to it (or to `former`) is this one's from now on.

    Mailed, or for some minutes `on_screen`, that of `by`, before whom she stands. An address that others may
    count on is written to all the same (`shown_by_id` is then None): what `by` sees on her own screen she could use
    herself.
    """
    account = _locked_account(invitee, now)
    host = db.session.get_one(Account, by) if by and on_screen and _is_unknown_elsewhere(account, by) else None
    record(
        "account.invited",
        account,
        by,
        now=now,
        why="joins face to face" if host else "joins an organization",
        organization=organization_id,
        role=role.value,
    )
    same = Invitation.account_id == account.id, *_of_role(organization_id, role)
    former = former or _latest(*same)
    _end(now, *same)
    invitation = Invitation(
        account_id=account.id,
        organization_id=organization_id,
        role=role,
        email=invitee.email,
        given_name=invitee.given_name,
        family_name=invitee.family_name,
        created_at=now,
        expires_at=now + (ON_SCREEN_LASTS if host else INVITATION_LASTS),
        invited_by_id=by,
        shown_by_id=host.id if host else None,
    )
    db.session.add(invitation)
    db.session.flush()
    if former is not None:
        announce(InvitationRenewed(former, invitation))
    if host is None:
        mail_invitation(invitation, MembershipLetter.INVITATION, now=now)
    return invitation


def renew(former: Invitation, *, by: UUID, now: datetime) -> Invitation | None:
    """The same by mail, to the address as it was typed; None for what proposes no role."""
    if former.organization_id is None or former.role is None:
        return None
    invitee = Invitee(former.email, former.given_name, former.family_name)
    return invite(invitee, former.organization_id, former.role, by=by, now=now, former=former)


def _locked_account(invitee: Invitee, now: datetime) -> Account:
    """The account of this address, made when there is none, and locked: two invitations at once come one by one."""
    new = {"email": invitee.email, "given_name": invitee.given_name, "family_name": invitee.family_name}
    db.session.execute(insert_into(Account).values(created_at=now, **new).on_conflict_do_nothing())
    statement = select(Account).where(Account.email == invitee.email).with_for_update(of=Account)
    return db.session.scalars(statement.execution_options(populate_existing=True)).one()


def came_in(account_id: UUID) -> bool:
    """Is somebody this person already? From then on no code opens the account: that would be a way around her keys
    (ASVS 6.4.4), or around Pro Santé Connect."""
    means = (select(each.id).where(each.account_id == account_id).limit(1) for each in (Passkey, SignIn, Membership))
    return any(db.session.scalar(one) is not None for one in means)


def _is_unknown_elsewhere(account: Account, by: UUID) -> bool:
    """Nobody is this person yet, and nobody outside the organizations of `by` expects her to be."""
    host = db.session.get_one(Account, by)
    mine = [place for place in host.organizations() if host.may_grant(place)]
    elsewhere = Invitation.account_id == account.id, Invitation.organization_id.not_in(mine)
    expected = db.session.scalar(select(Invitation.id).where(*elsewhere).limit(1)) is not None
    return not (expected or came_in(account.id))


def open_with(invitation_id: UUID, code: str, *, now: datetime) -> Invitation | None:
    """The invitation that `code` opens; None, without saying why, for any other. Wrong codes count."""
    this = select(Invitation).where(Invitation.id == invitation_id).with_for_update(of=Invitation)
    invitation = db.session.scalar(this)
    if invitation is None or not invitation.is_opened_by(code, now):
        return None
    return invitation if invitation.account.active else None


def lock_open(invitation_id: UUID, *, now: datetime) -> Invitation | None:
    """This invitation while it can still be answered, locked against an answer elsewhere, after her account."""
    found = _lock(invitation_id, live_invitations(now))
    return found if found is not None and found.account.active else None


def lock_sent(invitation_id: UUID) -> Invitation | None:
    """The same for who sent it, whatever became of it: she may say yes at this very moment."""
    return _lock(invitation_id, select(Invitation))


def _lock(invitation_id: UUID, which: Select[Invitation]) -> Invitation | None:
    account_id = db.session.scalar(select(Invitation.account_id).where(Invitation.id == invitation_id))
    if account_id is None:
        return None
    lock_account(account_id)
    this = which.where(Invitation.id == invitation_id).with_for_update(of=Invitation)
    return db.session.scalar(this.execution_options(populate_existing=True))


def opens(invitation: Invitation) -> bool:
    """Does its code alone let a passkey be enrolled? For who never came in; and after two administrators vouched."""
    return invitation.recovery_id is not None or not came_in(invitation.account_id)


def use(invitation: Invitation, *, now: datetime) -> None:
    """She said yes, with her passkey: the role is hers from now on."""
    account = invitation.account
    invitation.used_at = now
    if invitation.organization_id is None or invitation.role is None:
        return
    running = recovery.running_for(account.id)
    if running is not None:  # Who takes a role has a key, and no other organization was asked about this one.
        recovery.cancel(running.id, by=account.id, why="by the person", now=now)
    if not _has_signed_in(account.id) and not account.memberships:
        account.given_name, account.family_name = invitation.given_name, invitation.family_name
    if not any(
        (m.organization_id, m.role) == (invitation.organization_id, invitation.role) for m in account.memberships
    ):
        account.memberships.append(Membership(organization_id=invitation.organization_id, role=invitation.role))
    _note("account.joined", invitation, now)
    db.session.flush()
    announce(RoleTaken(invitation))


def _has_signed_in(account_id: UUID) -> bool:
    return db.session.scalar(select(SignIn.id).where(SignIn.account_id == account_id).limit(1)) is not None


def decline(invitation: Invitation, *, now: datetime) -> None:
    """She said no, or it was not meant for who reads this mailbox: nothing is given."""
    invitation.declined_at = now
    _note("account.declined", invitation, now)


def withdraw(invitation: Invitation, *, by: UUID, now: datetime) -> None:
    """The organization thinks better of it, or mistyped the address."""
    record("account.uninvited", invitation.account_id, by, now=now, organization=invitation.organization_id)
    db.session.delete(invitation)


def _note(event: str, invitation: Invitation, now: datetime) -> None:
    who, role = invitation.account_id, invitation.role
    place = str(invitation.organization_id)
    record(event, who, who, now=now, organization=place, role=role.value if role else None)


def end_all(account_id: UUID, now: datetime) -> None:
    """What was sent to an address that is hers no longer, or to an account that closes, opens nothing."""
    _end(now, Invitation.account_id == account_id)


def end_between(account_id: UUID, organization_id: UUID, now: datetime) -> None:
    """She left this organization: what it still proposed her is over, and so is what she proposed in its name, were
    it under way to a mailbox of her choice. What others propose is theirs to say."""
    hers = or_(Invitation.account_id == account_id, Invitation.invited_by_id == account_id)
    _end(now, hers, Invitation.organization_id == organization_id)


def _of_role(organization_id: UUID, role: Role) -> tuple[ColumnElement[bool], ...]:
    return Invitation.organization_id == organization_id, Invitation.role == role


def _latest(*which: ColumnElement[bool]) -> Invitation | None:
    """The last that was not taken up, were it over or refused."""
    unused = select(Invitation).where(*which, Invitation.used_at.is_(None))
    return db.session.scalar(unused.order_by(Invitation.id.desc()).limit(1))


def _end(now: datetime, *which: ColumnElement[bool]) -> None:
    live = Invitation.used_at.is_(None), Invitation.recovery_id.is_(None), Invitation.expires_at > now
    db.session.execute(update(Invitation).where(*which, *live).values(expires_at=now))
