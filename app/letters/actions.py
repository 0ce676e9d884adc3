"""Verbs on what is owed to an address: owe it, take the next one, say what became of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.core.db import db
from app.jobs import leases
from app.letters.kinds import Ending, kind_of
from app.letters.models import Letter, LetterState
from app.letters.rules import LetterOutcome, LetterVerdict, Medium

LEASE = timedelta(seconds=60)
"""Longer than a server that is well takes over one letter; one that drags on may get it twice, under the same name."""


@dataclass(frozen=True)
class ClaimedLetter:
    """One letter to send now, in plain values: it is used outside any transaction."""

    id: UUID
    kind: str
    subject_id: UUID
    lease_token: str
    attempts: int
    expires_at: datetime


def enqueue(
    kind: str,
    subject_id: UUID,
    address: str,
    *,
    now: datetime,
    expires_at: datetime,
    medium: Medium = Medium.EMAIL,
    given_name: str = "",
) -> Letter:
    """Owe a letter until `expires_at`, when what it says is over. The worker composes and sends it."""
    letter = Letter(
        medium=medium,
        address=address,
        given_name=given_name,
        kind=kind,
        subject_id=subject_id,
        created_at=now,
        due_at=now,
        expires_at=expires_at,
    )
    db.session.add(letter)
    db.session.flush()
    return letter


def claim(medium: Medium, now: datetime) -> ClaimedLetter | None:
    """The letter that ends first of those that are due, leased; None when there is none."""
    letter = leases.claim(Letter, now, Letter.medium == medium, lasts=LEASE)
    if letter is None or letter.lease_token is None:
        return None
    return ClaimedLetter(
        id=letter.id,
        kind=letter.kind,
        subject_id=letter.subject_id,
        lease_token=letter.lease_token,
        attempts=letter.attempts,
        expires_at=letter.expires_at,
    )


def settle(letter: ClaimedLetter, verdict: LetterVerdict, outcome: LetterOutcome, now: datetime) -> bool:
    """Write what became of an attempt; False, and nothing written, when the lease was lost meanwhile."""
    state = LetterState(verdict.state)
    ended_at = None if state is LetterState.PENDING else now
    # One that was not tried again keeps what its last try met.
    trouble = Letter.trouble if state is LetterState.EXPIRED and outcome.taken else outcome.trouble
    ended: dict[str, Any] = {"trouble": trouble, "ended_at": ended_at}
    if not leases.settle(Letter, letter.id, letter.lease_token, state, due_at=verdict.due_at, **ended):
        return False
    told = kind_of(letter.kind).settled
    if told and ended_at:
        told(Ending(letter.id, letter.subject_id, state, letter.attempts, outcome.status, now))
    return True


def drop(letter: ClaimedLetter, now: datetime) -> None:
    """Nobody needs it any more."""
    leases.settle(Letter, letter.id, letter.lease_token, LetterState.STALE, ended_at=now)
