"""Verbs on one's own address: a code to the new one, a letter to the old one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update

from app.accounts.actions import lock_account, tell
from app.accounts.models import Account
from app.audit.actions import record
from app.core.db import db, new_id
from app.membership import invitations
from app.membership.actions import write_to
from app.membership.models import EmailChange, Invitation, MembershipLetter
from app.membership.rules import ADDRESS_CODE_LASTS


def request_change(account_id: UUID, email: str, *, now: datetime) -> None:
    """A code goes to the new address, also when it is somebody's already: only her mailbox may tell."""
    lock_account(account_id)
    _forget(account_id)
    change = EmailChange(account_id=account_id, email=email, expires_at=now + ADDRESS_CODE_LASTS)
    db.session.add(change)
    db.session.flush()
    write_to(email, MembershipLetter.ADDRESS_CODE, change.id, now=now)


def asked_by(account_id: UUID) -> EmailChange | None:
    return db.session.scalar(select(EmailChange).where(EmailChange.account_id == account_id))


def confirm_address(account_id: UUID, code: str, *, now: datetime) -> bool:
    """The address changes with the right code; wrong ones count. An address of somebody else never does."""
    account = lock_account(account_id)
    change = asked_by(account_id)
    if change is None or not change.is_opened_by(code, now) or _is_anothers(change.email):
        return False
    invitations.end_all(account_id, now)  # They were sent to a mailbox that does not speak for her any more.
    _take_over(change.email, account_id)
    tell(account, MembershipLetter.EMAIL_CHANGED, account.id, now=now)  # at the old address, before it is gone
    account.email = change.email
    _forget(account_id)
    record("account.email_changed", account, account, now=now)
    return True


def _is_anothers(email: str) -> bool:
    other = _of(email)
    return other is not None and invitations.came_in(other.id)


def _take_over(email: str, account_id: UUID) -> None:
    """An account that was only ever invited is nobody: the owner of the mailbox, who has just proven it, was meant."""
    nobody = _of(email)
    if nobody is None:
        return
    nobody.active, nobody.email = False, f"{nobody.id}@closed.invalid"
    db.session.flush()
    meant = update(Invitation).where(Invitation.account_id == nobody.id)
    db.session.execute(meant.values(account_id=account_id))


def is_unproven(account: Account) -> bool:
    """Came in with a code that a colleague's screen showed, and nobody has read this mailbox for her since."""
    used = Invitation.used_at.is_not(None), Invitation.account_id == account.id, Invitation.email == account.email
    hosts = db.session.scalars(select(Invitation.shown_by_id).where(*used)).all()
    return bool(hosts) and all(hosts)


def give_back(invitation: Invitation, *, now: datetime) -> bool:
    """Whoever reads the mailbox says that the account which came in under its address is not hers: the address is.

    A colleague may have typed it for somebody else, by mistake or to keep her out. That account keeps its keys and
    roles, and what is proposed to the address by mail is hers. False where a mailbox has spoken for the account.
    """
    other = lock_account(invitation.account_id)
    if invitation.shown_by_id or invitation.recovery_id or invitation.email != other.email or not is_unproven(other):
        return False
    mailed = Invitation.shown_by_id.is_(None), Invitation.recovery_id.is_(None), Invitation.used_at.is_(None)
    meant = update(Invitation).where(Invitation.account_id == other.id, Invitation.email == other.email, *mailed)
    record("account.email_given_back", other, now=now)
    email, other.email = other.email, f"{other.id}@unproven.invalid"
    names = {"given_name": invitation.given_name, "family_name": invitation.family_name}
    owner = Account(id=new_id(), email=email, created_at=now, **names)
    db.session.flush()
    db.session.add(owner)
    db.session.flush()
    db.session.execute(meant.values(account_id=owner.id), execution_options={"synchronize_session": False})
    db.session.expire(invitation)
    return True


def _of(email: str) -> Account | None:
    return db.session.scalar(select(Account).where(Account.email == email).with_for_update(of=Account))


def _forget(account_id: UUID) -> None:
    mine = delete(EmailChange).where(EmailChange.account_id == account_id)
    db.session.execute(mine.execution_options(synchronize_session=False))
