"""Verbs on one's own address: a code to the new one, a letter to the old one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update

from app.accounts.actions import lock_account, tell
from app.accounts.models import Account
from app.audit.actions import record
from app.core.db import db
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


def _of(email: str) -> Account | None:
    return db.session.scalar(select(Account).where(Account.email == email).with_for_update(of=Account))


def _forget(account_id: UUID) -> None:
    mine = delete(EmailChange).where(EmailChange.account_id == account_id)
    db.session.execute(mine.execution_options(synchronize_session=False))
