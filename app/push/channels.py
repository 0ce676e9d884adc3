"""The other ways to a person when no phone says that it has an urgent message: a mail, then an SMS.

Each is a row written long before it may be needed: pending until its time, stale as soon as a phone has the message
or its person has seen it. No phone left to hope for brings the time forward to now.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from flask import current_app
from sqlalchemy import and_, exists, or_, select, text
from sqlalchemy.orm import aliased

from app.accounts.models import Account
from app.config import Settings
from app.core import clock
from app.core.db import db, transaction
from app.core.tokens import new_token
from app.push import mail, rules, sms
from app.push.alerts import owe_next
from app.push.leases import finish, held
from app.push.listeners import mobile_of, tell_carried
from app.push.models import UNSENT, Message, MessageState
from app.push.queries import ALIVE
from app.push.rules import Channel, Outcome, Verdict

log = structlog.get_logger()

BATCH = 20
LEASE = timedelta(seconds=60)
"""Longer than a mail server or a gateway is waited for."""


@dataclass(frozen=True)
class Letter:
    """One mail or SMS to send now, in plain values: it is used outside any transaction."""

    id: UUID
    channel: Channel
    address: str  # e-mail address, or mobile number in E.164
    text: str
    lease_token: str
    attempts: int
    expires_at: datetime


def send_due(now: datetime) -> int:
    """Send what is due, at most `BATCH`; returns how many rows were moved. A worker item, outside any transaction."""
    moved = 0
    while moved < BATCH and _anything_due(now):
        with transaction():
            letters = claim(now)
        if letters is None:  # Another worker has it.
            break
        for letter in letters:
            _deliver(letter)
        moved += 1
    return moved


def claim(now: datetime) -> list[Letter] | None:
    """The most overdue row, leased to be sent; nothing to send when it is too late or leads nowhere; None when
    there is none."""
    row = db.session.scalars(
        select(Message)
        .where(*_due(now))
        .order_by(Message.due_at)
        .limit(1)
        .with_for_update(of=Message, skip_locked=True)
    ).first()
    if row is None:
        return None
    address = _address(row)
    if row.expires_at <= now or address is None:
        row.state = MessageState.EXPIRED if row.expires_at <= now else MessageState.FAILED
        row.lease_token = row.lease_until = None
        owe_next(row, now)
        tell_carried(row.subject_id)
        return []
    return [_lease(row, address, now)]


def _lease(row: Message, address: str, now: datetime) -> Letter:
    row.state, row.attempts = MessageState.LEASED, row.attempts + 1
    row.lease_token, row.lease_until = new_token(), now + LEASE
    return Letter(
        id=row.id,
        channel=row.channel,
        address=address,
        text=row.payload["text"],
        lease_token=row.lease_token,
        attempts=row.attempts,
        expires_at=row.expires_at,
    )


def _address(row: Message) -> str | None:
    account = db.session.get(Account, row.account_id)
    if account is None or not account.active:
        return None
    return mobile_of(account.id) if row.channel is Channel.SMS else account.email


def _anything_due(now: datetime) -> bool:
    """A plain read, so that an idle worker never takes SQLite's write lock from the people who tap."""
    db.session.rollback()
    return db.session.scalar(select(Message.id).where(*_due(now)).limit(1)) is not None


def _due(now: datetime) -> tuple[Any, ...]:
    """Its time has come; or nothing else about the same subject can still reach this person."""
    other = aliased(Message, name="other")
    hope = exists().where(
        other.subject_id == Message.subject_id,
        other.step == Message.step,
        other.id != Message.id,
        other.state.in_(ALIVE),
    )
    waiting = and_(
        Message.state == MessageState.PENDING,
        or_(Message.due_at <= now, Message.expires_at <= now, and_(Message.attempts == 0, ~hope)),
    )
    abandoned = and_(Message.state == MessageState.LEASED, Message.lease_until <= now)
    return (
        text("push_message.channel <> 'push'"),  # As the index says it: SQLite knows it again in these words only.
        Message.channel.in_((Channel.EMAIL, Channel.SMS)),
        Message.state.in_(UNSENT),
        or_(waiting, abandoned),
    )


def _deliver(letter: Letter) -> None:
    """One attempt, from the last look at its row to what came of it. A bug costs this attempt: the lease ends."""
    settings: Settings = current_app.config["SETTINGS"]
    if not _still_ours(letter):
        return
    try:
        if letter.channel is Channel.SMS:
            outcome = sms.send(letter.id, letter.address, letter.text, settings)
        else:
            outcome = mail.send(letter.id, letter.address, letter.text, settings, clock.now())
    except Exception:
        log.exception("letter_broke", message=str(letter.id))
        return
    _note(letter, outcome)


def _still_ours(letter: Letter) -> bool:
    """Whether it may still leave: what it announces can be gone since it was claimed."""
    with db.engine.connect() as connection:
        return connection.scalar(select(Message.id).where(*held(letter.id, letter.lease_token))) is not None


def _note(letter: Letter, outcome: Outcome) -> None:
    now = clock.now()
    verdict = rules.after_gateway(outcome, attempts=letter.attempts, now=now, expires_at=letter.expires_at)
    if verdict.alarm:
        log.error("channel_alarm", channel=letter.channel.value, reason=verdict.alarm)
    with transaction():
        settle(letter, verdict, outcome.status, now)


def settle(letter: Letter, verdict: Verdict, status: int | None, now: datetime) -> None:
    """What became of it, unless it was stopped, or its lease lost, meanwhile; and the channel that comes next."""
    settled = finish(letter.id, letter.lease_token, verdict, status, now)
    if settled and verdict.state != "pending":
        row = db.session.get_one(Message, letter.id, populate_existing=True)
        owe_next(row, now)
        tell_carried(row.subject_id)
