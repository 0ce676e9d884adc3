"""What a browser is asked to prove with: at random, for one ceremony, once, within five minutes."""

from datetime import datetime
from uuid import UUID

from flask import session
from sqlalchemy import delete, or_
from webauthn.helpers import generate_challenge

from app.accounts.models import Ceremony, PasskeyChallenge
from app.accounts.rules import CHALLENGE_LASTS
from app.core.db import db


def _place(ceremony: Ceremony) -> str:
    """Where the session keeps the id. A page that listens for passkeys asks by itself, in another tab perhaps, and
    must not make a way back from Pro Santé Connect worthless."""
    return "pro_sante_challenge" if ceremony.startswith("pro-sante") else "passkey_challenge"


def ask(ceremony: Ceremony, account_id: UUID | None, *, now: datetime) -> bytes:
    """64 random bytes for this browser; its former challenge and all that ran out are forgotten."""
    former = session.get(_place(ceremony))
    mine = PasskeyChallenge.id == (UUID(former) if former else None)
    db.session.execute(delete(PasskeyChallenge).where(or_(PasskeyChallenge.expires_at <= now, mine)))
    asked = PasskeyChallenge(
        ceremony=ceremony,
        account_id=account_id,
        challenge=generate_challenge(),
        expires_at=now + CHALLENGE_LASTS,
    )
    db.session.add(asked)
    db.session.flush()
    session[_place(ceremony)] = str(asked.id)
    return asked.challenge


def take(ceremony: Ceremony, account_id: UUID | None, *, now: datetime) -> bytes | None:
    """The challenge this browser was given, which nobody can take again; None when there is none."""
    asked = session.pop(_place(ceremony), None)
    return db.session.scalar(
        delete(PasskeyChallenge)
        .where(
            PasskeyChallenge.id == (UUID(asked) if asked else None),
            PasskeyChallenge.ceremony == ceremony,
            PasskeyChallenge.account_id == account_id,
            PasskeyChallenge.expires_at > now,
        )
        .returning(PasskeyChallenge.challenge)
        .execution_options(synchronize_session=False)
    )
