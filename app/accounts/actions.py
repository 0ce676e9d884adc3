"""Verbs on people, where they belong, their signed-in browsers and their invitations."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select, update

from app.accounts.models import KEEPERS, Account, Invitation, Membership, News, Passkey, SignIn
from app.accounts.rules import ADDRESS_CODE_LASTS, six_digits
from app.audit.actions import record
from app.core.db import db, lock_in_order
from app.core.tokens import keyed_hashes
from app.letters.actions import enqueue

NEWS_LASTS = timedelta(days=5)
"""For how long a mail that opens nothing is worth trying (RFC 5321 §4.5.4.1)."""


def mail_invitation(invitation: Invitation, kind: str, *, now: datetime) -> None:
    """Owe the mail of an invitation, as long as it opens something."""
    enqueue(
        kind,
        invitation.id,
        invitation.email,
        given_name=invitation.given_name,
        now=now,
        expires_at=invitation.expires_at,
    )


def hold(account_id: UUID) -> Account:
    """Her account, as it is now and until the transaction ends: who changes the same things waits."""
    statement = select(Account).where(Account.id == account_id).with_for_update(key_share=True, of=Account)
    return db.session.scalars(statement.execution_options(populate_existing=True)).one()


def hold_keepers(organization_ids: Iterable[UUID]) -> None:
    """Who keeps these places, until the transaction ends: of two who leave or remove each other at once, the second
    finds that she would be the last. After the account, before everything else."""
    keep = Membership.organization_id.in_(list(organization_ids)), Membership.role.in_(KEEPERS)
    lock_in_order(Membership, *keep)


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
        record("account.device_ended", account_id, by, now=now, why=why, device=sign_in_id)
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
    lasts = ADDRESS_CODE_LASTS if kind is News.ADDRESS_CODE else NEWS_LASTS
    enqueue(kind.value, subject_id, address, given_name=given_name, now=now, expires_at=now + lasts)


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
