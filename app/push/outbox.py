"""The outbox's leases: a row is claimed for a while, sent, then settled, only by the one who still holds it.

A worker killed at any point leaves a lease that runs out, and another takes the row up. A message may then
reach a phone twice, with the same topic and tag, so that it shows once. It is never lost.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select, update

from app.core.db import db
from app.push.actions import forget, tell_lost
from app.push.models import Message, MessageState, Subscription
from app.push.rules import Verdict

# Longer than a call may last, and than a whole batch may (see `sender.AT_ONCE`).
LEASE = timedelta(seconds=30)


@dataclass(frozen=True)
class Claimed:
    """One message to send now, in plain values: it is used outside any transaction."""

    id: UUID
    subject_id: UUID
    lease_token: str
    device_id: UUID
    endpoint: str
    p256dh: str
    auth: str
    notice: dict[str, Any]
    topic: str
    urgency: str
    attempts: int
    expires_at: datetime


def claim(limit: int, worker_token: str, now: datetime) -> list[Claimed]:
    """Lease up to `limit` due messages under `worker_token`, oldest first, inside the caller's transaction.

    On PostgreSQL two workers skip each other's rows; on SQLite `transaction()` has the only write lock.
    Messages past their deadline become expired instead, and those whose device is gone failed.
    """
    rows = db.session.scalars(
        select(Message)
        .where(*_due(now))
        .order_by(Message.due_at)
        .limit(limit)
        .with_for_update(of=Message, skip_locked=True)
    ).all()
    claimed = []
    for row in rows:
        if row.expires_at <= now or row.subscription is None:
            _give_up(row, now)
        else:
            claimed.append(_lease(row, row.subscription, worker_token, now))
    return claimed


def anything_due(now: datetime) -> bool:
    """A plain read, so that an idle worker never takes SQLite's write lock from the people who tap."""
    return db.session.scalar(select(Message.id).where(*_due(now)).limit(1)) is not None


def _due(now: datetime) -> tuple[Any, ...]:
    free = or_(
        Message.state == MessageState.PENDING,
        and_(Message.state == MessageState.LEASED, Message.lease_until <= now),
    )
    return free, or_(Message.due_at <= now, Message.expires_at <= now)


def _give_up(row: Message, now: datetime) -> None:
    row.state = MessageState.EXPIRED if row.expires_at <= now else MessageState.FAILED
    row.lease_token = row.lease_until = None
    tell_lost([row.subject_id])


def _lease(row: Message, device: Subscription, worker_token: str, now: datetime) -> Claimed:
    row.state = MessageState.LEASED
    row.attempts += 1
    row.lease_token = worker_token
    row.lease_until = now + LEASE
    return Claimed(
        id=row.id,
        subject_id=row.subject_id,
        lease_token=worker_token,
        device_id=device.id,
        endpoint=device.endpoint,
        p256dh=device.p256dh,
        auth=device.auth,
        notice=row.payload,
        topic=row.topic,
        urgency=row.urgency,
        attempts=row.attempts,
        expires_at=row.expires_at,
    )


def still_ours(message: Claimed) -> bool:
    """Whether the message may still be sent: what it announces can be gone since it was claimed.

    Reads on a connection of its own, so as to see the present whatever the session has read before.
    """
    with db.engine.connect() as connection:
        held = select(Message.id).where(*_held(message))
        return connection.scalar(held) is not None


def settle(message: Claimed, verdict: Verdict, status: int | None, now: datetime) -> bool:
    """Write what became of an attempt; False, and nothing written of it, when the lease was lost meanwhile.

    A device that is gone is forgotten either way.
    """
    settled = db.session.execute(
        update(Message)
        .where(*_held(message))
        .values(
            state=MessageState(verdict.state),
            due_at=verdict.due_at or Message.due_at,
            lease_token=None,
            lease_until=None,
            last_status=status,
            sent_at=now if verdict.state == "sent" else Message.sent_at,
        )
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    ).first()
    if settled and verdict.state in ("failed", "expired"):
        tell_lost([message.subject_id])
    if verdict.forget_device:
        forget(message.device_id)
    return settled is not None


def _held(message: Claimed) -> tuple[Any, ...]:
    return (
        Message.id == message.id,
        Message.lease_token == message.lease_token,
        Message.state == MessageState.LEASED,
    )
