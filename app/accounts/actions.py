"""Verbs on people, where they belong, their signed-in browsers and their invitations."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select, update

from app.accounts.models import Account, Invitation, Letter, News, Passkey, SignIn
from app.accounts.rules import six_digits
from app.audit.actions import record
from app.core.db import db
from app.core.tokens import keyed_hashes

LEASE = timedelta(minutes=5)  # far longer than a mail server may take to answer; also the wait before a new try


def hold(account_id: UUID) -> Account:
    """Her account, as it is now and until the transaction ends: who changes the same things waits."""
    statement = select(Account).where(Account.id == account_id).with_for_update(of=Account)
    return db.session.scalars(statement.execution_options(populate_existing=True)).one()


def has_passkey(account_id: UUID) -> bool:
    return db.session.scalar(select(Passkey.id).where(Passkey.account_id == account_id).limit(1)) is not None


def end_sign_ins(
    account_id: UUID,
    *,
    by: UUID,
    why: str,
    now: datetime,
    only: UUID | None = None,
    but: UUID | None = None,
) -> int:
    """Sign this person's browsers out: all, `only` one, or all `but` one; returns how many there were."""
    which = [SignIn.account_id == account_id, SignIn.ended_at.is_(None), SignIn.expires_at > now]
    which += [SignIn.id == only] if only else []
    which += [SignIn.id != but] if but else []
    ended = db.session.scalars(
        update(SignIn)
        .where(*which)
        .values(ended_at=now)
        .returning(SignIn.id)
        .execution_options(synchronize_session=False)
    ).all()
    for sign_in_id in ended:
        record("account.device_ended", subject=account_id, actor=by, why=why, now=now, device=str(sign_in_id))
    return len(ended)


def note_seen(sign_in_id: UUID, *, now: datetime) -> None:
    """The person is in front of this browser; of two answers at once, the later instant stays."""
    earlier = or_(SignIn.last_seen_at.is_(None), SignIn.last_seen_at < now)
    db.session.execute(
        update(SignIn).where(SignIn.id == sign_in_id, SignIn.ended_at.is_(None), earlier).values(last_seen_at=now)
    )


def tell(account: Account, kind: News, subject_id: UUID, *, now: datetime) -> None:
    """Owe this person a mail about her account; the worker sends it."""
    write_to(account.email, kind, subject_id, now=now, given_name=account.given_name)


def write_to(address: str, kind: News, subject_id: UUID, *, now: datetime, given_name: str = "") -> None:
    """Owe a mail to an address that may be nobody's account yet."""
    db.session.add(Letter(address=address, given_name=given_name, subject_id=subject_id, kind=kind, created_at=now))


def code_of(invitation_id: UUID) -> str:
    """The six digits mailed with an invitation: computed again when needed, stored nowhere."""
    return codes_of(invitation_id)[0]


def codes_of(invitation_id: UUID) -> list[str]:
    """The same under every key of the keyring: a code that was given before a rotation still opens."""
    return [six_digits(digest) for digest in keyed_hashes("invitation-code", str(invitation_id))]


def address_code(subject_id: UUID) -> str:
    """The six digits that prove an address, mailed with `News.ADDRESS_CODE`: computed again, stored nowhere."""
    return address_codes(subject_id)[0]


def address_codes(subject_id: UUID) -> list[str]:
    """The same under every key of the keyring, as `codes_of`."""
    return [six_digits(digest) for digest in keyed_hashes("address-code", str(subject_id))]


def claim_unsent(*, now: datetime) -> Invitation | None:
    """Take one invitation that has to be mailed, for as long as the lease; no other worker gets it then."""
    free = or_(Invitation.claimed_until.is_(None), Invitation.claimed_until <= now)
    mailed = (Invitation.shown_by_id.is_(None), Invitation.sent_at.is_(None))
    due = (*mailed, Invitation.used_at.is_(None), Invitation.expires_at > now, free)
    oldest = select(Invitation.id).where(*due).order_by(Invitation.id).limit(1).with_for_update(skip_locked=True)
    return db.session.scalar(
        update(Invitation)
        .where(Invitation.id == oldest.scalar_subquery(), *due)
        .values(claimed_until=now + LEASE)
        .returning(Invitation)
    )


def claim_letter(*, now: datetime) -> Letter | None:
    """As `claim_unsent`, for a mail that opens nothing: it is tried until it leaves."""
    due = (Letter.sent_at.is_(None), or_(Letter.claimed_until.is_(None), Letter.claimed_until <= now))
    oldest = select(Letter.id).where(*due).order_by(Letter.id).limit(1).with_for_update(skip_locked=True)
    return db.session.scalar(
        update(Letter)
        .where(Letter.id == oldest.scalar_subquery(), *due)
        .values(claimed_until=now + LEASE)
        .returning(Letter)
    )


def note_sent(mail: type[Invitation] | type[Letter], mail_id: UUID, *, now: datetime) -> None:
    db.session.execute(update(mail).where(mail.id == mail_id).values(sent_at=now, claimed_until=None))
