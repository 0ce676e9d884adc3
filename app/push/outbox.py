"""The outbox: what is owed to people, the rows of phones many under one lease (`jobs/leases.py`).

A worker killed at any point leaves a lease that runs out, and another takes the row up. A message may then
reach a phone twice, with the same topic and tag, so that it shows once. It is never lost.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, bindparam, delete, func, not_, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute

from app.core.db import db, in_order, insert_into, lock_in_order
from app.core.events import announce
from app.core.tokens import hash_token
from app.jobs import leases
from app.jobs.timers import Due
from app.push.models import NOT_PUSH, UNSENT, Message, MessageState, Subscription
from app.push.rules import Channel, MessageVerdict

# Longer than a call may last: what is claimed leaves at once.
LEASE = timedelta(seconds=30)

BY_PUSH = Message.subject_id, Message.subscription_id, Message.step
ELSEWHERE = Message.subject_id, Message.account_id, Message.channel, Message.step
"""What is unique among mails and SMS."""


@dataclass(frozen=True)
class DeliveryChanged:
    """More is known of the messages about these subjects: one has arrived, has left by mail or SMS, or never will."""

    subject_ids: Sequence[UUID]


class ClaimedMessage(NamedTuple):
    """One message to send now, in plain values: it is used outside any transaction.

    `origin` is whom to call, as far as the first slash of the path; `vapid_key` the fingerprint of the key that
    the device was subscribed with.
    """

    id: UUID
    subject_id: UUID
    lease_token: str
    lease_until: datetime
    device_id: UUID
    origin: str
    endpoint: str
    p256dh: str
    auth: str
    vapid_key: str
    notice: dict[str, Any]
    topic: str
    urgency: str
    attempts: int
    expires_at: datetime


class Attempt(NamedTuple):
    """What became of one, and when; `status` is the push service's answer, if there was one."""

    message: ClaimedMessage
    verdict: MessageVerdict
    status: int | None
    at: datetime


def topic_of(subject_id: UUID) -> str:
    """The same for all messages about one subject, so that the latest overwrites the rest (RFC 8030 §5.4)."""
    return hash_token(str(subject_id))[:32]


def enqueue(rows: Sequence[dict[str, Any]]) -> None:
    """Owe these messages, each with its `channel`. What is said again about the same subject takes the place of what
    was said, and leaves once more."""
    _enqueue([row for row in rows if row["channel"] is Channel.PUSH], BY_PUSH)
    _enqueue([row for row in rows if row["channel"] is not Channel.PUSH], ELSEWHERE)


def _enqueue(rows: Sequence[dict[str, Any]], unique: tuple[InstrumentedAttribute[Any], ...]) -> None:
    if not rows:
        return
    statement = insert_into(Message)
    anew = {name: statement.excluded[name] for name in ("payload", "urgency", "due_at", "expires_at")}
    cleared = dict.fromkeys(("lease_token", "lease_until", "last_status", "sent_at", "received_at"))
    repeated = statement.on_conflict_do_update(
        index_elements=unique,
        index_where=NOT_PUSH if unique is ELSEWHERE else None,
        set_=anew | cleared | {"state": MessageState.PENDING, "attempts": 0},
    )
    db.session.execute(repeated, rows)


def withdraw(*which: ColumnElement[bool]) -> None:
    """Those of these messages that were not sent yet never will be."""
    rows = in_order(Message, *which, Message.state.in_(UNSENT))
    db.session.execute(
        update(Message).where(Message.id.in_(rows)).values(state=MessageState.STALE, lease_token=None, lease_until=None)
    )


def withdraw_fallbacks(*about: ColumnElement[bool]) -> None:
    """No other channel needs to speak: what waits for its time, or is about to leave, stays here."""
    withdraw(*about, Message.channel != Channel.PUSH)


def note_seen(*about: ColumnElement[bool]) -> None:
    """Its person has it before her eyes: nothing needs to tell her any more."""
    lock_in_order(Message, *about)
    arrived = Message.state.in_((MessageState.SENT, MessageState.RECEIVED))
    db.session.execute(update(Message).where(*about, arrived).values(state=MessageState.SEEN))
    withdraw_fallbacks(*about)


def forget_device(device_id: UUID) -> None:
    """Remove a device. What was still owed to it has failed, and what was sent to it is kept as it is."""
    unsent = Message.subscription_id == device_id, Message.state.in_(UNSENT)
    failed = db.session.scalars(
        update(Message)
        .where(Message.id.in_(in_order(Message, *unsent)))
        .values(state=MessageState.FAILED, lease_token=None, lease_until=None)
        .returning(Message.subject_id)
        .execution_options(synchronize_session=False)
    ).all()
    db.session.execute(
        delete(Subscription).where(Subscription.id == device_id).execution_options(synchronize_session=False)
    )
    if failed:
        announce(DeliveryChanged(failed))


def claim(limit: int, worker_token: str, now: datetime, busy: Collection[str] = ()) -> list[ClaimedMessage]:
    """Lease up to `limit` due messages under `worker_token`, oldest first, inside the caller's transaction.

    Those for an origin in `busy` are left for later. On PostgreSQL two workers skip each other's rows; on SQLite
    `transaction()` has the only write lock. Messages past their deadline become expired instead, and those whose
    device is gone failed.
    """
    rows: list[Row[Any]] = []
    for free in (ABANDONED, PENDING):
        wanted = _due(free, busy).limit(limit - len(rows)).with_for_update(key_share=True, of=Message, skip_locked=True)
        rows += db.session.execute(wanted, {"now": now}).all()
    late = [row for row in rows if row.expires_at <= now or row.endpoint is None]
    _give_up(late, now)
    good = [row for row in rows if row not in late] if late else rows
    ends = now + LEASE
    leases.lease(Message, [row.id for row in good], worker_token, ends)
    return [_claimed(row, worker_token, ends) for row in good]


def anything_due(now: datetime, busy: Collection[str] = ()) -> bool:
    """A plain read, so that an idle worker never takes SQLite's write lock from the people who tap."""
    anything = select(or_(*(_due(free, busy).exists() for free in (PENDING, ABANDONED)))) if busy else ANYTHING
    due = bool(db.session.scalar(anything, {"now": now}))
    db.session.rollback()  # The next look must see what was committed in between.
    return due


def oldest_due(_now: datetime) -> Due:
    return leases.oldest_due(Message, Message.channel == Channel.PUSH)


def _due(free: Select[Any], busy: Collection[str]) -> Select[Any]:
    address = func.coalesce(Subscription.endpoint, "")
    return free.where(*(not_(address.startswith(origin, autoescape=True)) for origin in busy))


def _give_up(rows: Sequence[Row[Any]], now: datetime) -> None:
    for row in rows:
        state = MessageState.EXPIRED if row.expires_at <= now else MessageState.FAILED
        leases.change(Message, [row.id], state=state, lease_token=None, lease_until=None)
    if rows:
        announce(DeliveryChanged([row.subject_id for row in rows]))


def _claimed(row: Row[Any], worker_token: str, lease_until: datetime) -> ClaimedMessage:
    return ClaimedMessage(
        id=row.id,
        subject_id=row.subject_id,
        lease_token=worker_token,
        lease_until=lease_until,
        device_id=row.device_id,
        origin="/".join(row.endpoint.split("/", 3)[:3]) + "/",
        endpoint=row.endpoint,
        p256dh=row.p256dh,
        auth=row.auth,
        vapid_key=row.vapid_key,
        notice=row.payload,
        topic=row.topic,
        urgency=row.urgency,
        attempts=row.attempts + 1,
        expires_at=row.expires_at,
    )


def settle_all(group: Iterable[Attempt]) -> None:
    """Write what became of many attempts, inside the caller's transaction; a lost lease writes nothing."""
    sent: defaultdict[tuple[str, int | None], list[Attempt]] = defaultdict(list)
    group = list(group)
    _lock(group)
    for one in group:
        if one.verdict.state == "sent":
            sent[one.message.lease_token, one.status].append(one)
        else:
            settle(one.message, one.verdict, one.status, one.at)
    for (lease_token, status), alike in sent.items():
        # The usual end, in one statement: those of one lease left within a moment of each other.
        db.session.connection().execute(
            SENT,
            {
                "rows": [one.message.id for one in alike],
                "lease": lease_token,
                "status": status,
                "moment": max(one.at for one in alike),
            },
        )


def _lock(group: Sequence[Attempt]) -> None:
    """All that these change, at once and in order: a device that is gone takes along what it was still owed."""
    gone = {one.message.device_id for one in group if one.verdict.forget_device}
    settled = Message.id.in_([one.message.id for one in group])
    lock_in_order(Message, settled | Message.subscription_id.in_(gone) if gone else settled)


def settle(message: ClaimedMessage, verdict: MessageVerdict, status: int | None, now: datetime) -> bool:
    """Write what became of an attempt; False, and nothing written of it, when the lease was lost meanwhile.

    A device that is gone is forgotten either way.
    """
    sent_at = now if verdict.state == "sent" else Message.sent_at
    state, ended = MessageState(verdict.state), {"last_status": status, "sent_at": sent_at}
    settled = leases.settle(Message, message.id, message.lease_token, state, due_at=verdict.due_at, **ended)
    if settled and verdict.state in ("failed", "expired"):
        announce(DeliveryChanged([message.subject_id]))
    if verdict.forget_device:
        forget_device(message.device_id)
    return settled


DUE = (
    select(
        Message.id,
        Message.subject_id,
        Message.payload,
        Message.topic,
        Message.urgency,
        Message.attempts,
        Message.expires_at,
        Subscription.id.label("device_id"),
        Subscription.endpoint,
        Subscription.p256dh,
        Subscription.auth,
        Subscription.vapid_key,
    )
    .outerjoin(Subscription)
    .where(Message.channel == Channel.PUSH)
    .order_by(Message.due_at)
)
# Apart, because each walks along the index (state, due_at): together they would make a claim sort all that waits.
NOW = bindparam("now", type_=Message.due_at.type)
PENDING = DUE.where(leases.pending(Message, NOW))
ABANDONED = DUE.where(leases.abandoned(Message, NOW))
ANYTHING = select(or_(PENDING.exists(), ABANDONED.exists()))  # Asked every second, so it is put into words once.

# Under the same fence as in `settle`.
SENT = (
    update(Message.__table__)  # type: ignore[arg-type]
    .where(
        Message.id.in_(bindparam("rows", expanding=True)),
        Message.lease_token == bindparam("lease"),
        Message.state == MessageState.LEASED,
    )
    .values(
        state=MessageState.SENT,
        lease_token=None,
        lease_until=None,
        last_status=bindparam("status"),
        sent_at=bindparam("moment"),
    )
)
