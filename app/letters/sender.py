"""From the outbox to the mail server and the gateway: claim, compose, send, settle, one letter after the other.

At least once: a worker that dies between the server's yes and our note leaves the letter to another, and the person
gets the same one twice, under the same Message-ID.
"""

from datetime import datetime

import structlog
from flask import current_app
from sqlalchemy import select

from app import clock
from app.config import Settings
from app.core.db import db, transaction
from app.jobs import heartbeats, leases
from app.language.phrases import speaking
from app.letters import mail, sms
from app.letters.actions import ClaimedLetter, claim, drop, settle
from app.letters.kinds import kind_of, language_at
from app.letters.models import Letter
from app.letters.rules import SERVER_AWAY, AttemptStage, LetterOutcome, LetterVerdict, Medium, after

log = structlog.get_logger()

BATCH = 20


def send_mails(now: datetime) -> int:
    """Send the mails that are due, at most `BATCH`; returns how many were tried. A worker item, outside any
    transaction."""
    return _send_due(Medium.EMAIL, now)


def send_sms(now: datetime) -> int:
    """The same for SMS, apart: a mail server that never answers keeps no SMS waiting."""
    return _send_due(Medium.SMS, now)


def _send_due(medium: Medium, now: datetime) -> int:
    """A letter that is refused ends nobody else's turn; a server that is away ends the round, as the next letter would
    fare no better."""
    tried = 0
    while tried < BATCH and leases.anything_due(Letter, now, Letter.medium == medium):
        with transaction():
            letter = claim(medium, now)
        if letter is None:  # Another worker has it.
            break
        tried += 1
        outcome = _carry(letter)
        heartbeats.alive()
        if outcome and outcome.stage in SERVER_AWAY:
            break
    return tried


def _carry(letter: ClaimedLetter) -> LetterOutcome | None:
    """One attempt, from the last look at its row to what came of it; None when it was not tried."""
    now = clock.now()
    if letter.expires_at <= now:
        _write(letter, LetterVerdict("expired"), LetterOutcome(), now)
        return None
    try:
        outcome = _attempt(letter, now)
    except Exception:
        # A bug, or an address that no library can write into a mail: it costs this letter its turn, and nobody else's.
        log.exception("letter_broke", letter=str(letter.id), kind=letter.kind)
        outcome = LetterOutcome(AttemptStage.WORDS)
    if outcome:
        _judge(letter, outcome)
    return outcome


def _attempt(letter: ClaimedLetter, now: datetime) -> LetterOutcome | None:
    """Composed at the last moment: codes are computed and never kept, and what it is about may be gone by now."""
    settings: Settings = current_app.config["SETTINGS"]
    db.session.rollback()
    row = db.session.scalar(select(Letter).where(*leases.under_lease(Letter, letter.id, letter.lease_token)))
    if row is None:
        return None
    with speaking(language_at(row.address)):
        words = kind_of(letter.kind).compose(row, now)
    medium, address = row.medium, row.address
    db.session.rollback()  # No reading goes on while a server is waited for.
    if words is None:
        with transaction():
            drop(letter, now)
        return None
    if medium is Medium.SMS:
        return sms.send(letter.subject_id, address, words, settings)
    message = mail.compose(letter.id, address, words.subject, words.text, settings, now)
    return mail.deliver(message, letter.id, settings)


def _judge(letter: ClaimedLetter, outcome: LetterOutcome) -> None:
    now = clock.now()
    patience = kind_of(letter.kind).patience
    verdict = after(outcome, patience, attempts=letter.attempts, now=now, expires_at=letter.expires_at)
    if verdict.state != "sent":
        event = "letter_not_sent" if verdict.state == "pending" else "letter_given_up"
        log.warning(event, letter=str(letter.id), kind=letter.kind, trouble=outcome.trouble)
    _write(letter, verdict, outcome, now)


def _write(letter: ClaimedLetter, verdict: LetterVerdict, outcome: LetterOutcome, now: datetime) -> None:
    with transaction():
        settle(letter, verdict, outcome, now)
