"""Verbs on people and the browsers where they are signed in."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select, update

from app.accounts.models import Account, Passkey, SignIn
from app.audit.actions import record
from app.core.db import db
from app.letters.actions import enqueue

NEWS_LASTS = timedelta(days=5)
"""For how long a mail that opens nothing is worth trying (RFC 5321 §4.5.4.1)."""


def lock_account(account_id: UUID) -> Account:
    """Her account, as it is now and until the transaction ends: who changes the same things waits."""
    statement = select(Account).where(Account.id == account_id).with_for_update(key_share=True, of=Account)
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
        record("account.device_ended", account_id, by, now=now, why=why, device=sign_in_id)
    return len(ended)


def note_seen(sign_in_id: UUID, *, now: datetime) -> None:
    """The person is in front of this browser; of two answers at once, the later instant stays."""
    earlier = or_(SignIn.last_seen_at.is_(None), SignIn.last_seen_at < now)
    db.session.execute(
        update(SignIn).where(SignIn.id == sign_in_id, SignIn.ended_at.is_(None), earlier).values(last_seen_at=now)
    )


def tell(account: Account, kind: str, subject_id: UUID, *, now: datetime) -> None:
    """Owe this person a mail about her account; the worker sends it."""
    enqueue(kind, subject_id, account.email, given_name=account.given_name, now=now, expires_at=now + NEWS_LASTS)
