"""Verbs on subscriptions and on the outbox."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.core.db import db
from app.core.tokens import hash_token
from app.push.models import Message, MessageState, Subscription

Listener = Callable[[UUID], None]

_on_received: list[Listener] = []
_on_lost: list[Listener] = []
UNSENT = (MessageState.PENDING, MessageState.LEASED)


def on_received(listener: Listener) -> Listener:
    """Register what must also happen, in the same transaction, when a phone has a message about a subject."""
    if listener not in _on_received:
        _on_received.append(listener)
    return listener


def on_lost(listener: Listener) -> Listener:
    """The same for when a message about a subject fails or expires: its person may not be reached."""
    if listener not in _on_lost:
        _on_lost.append(listener)
    return listener


def tell_lost(subject_ids: Iterable[UUID]) -> None:
    for subject_id in subject_ids:
        for listener in _on_lost:
            listener(subject_id)


@dataclass(frozen=True)
class Notice:
    """What a lock screen may show: the care family, the commune and the delay at most, never the patient.

    `path` is relative to the app's root and opened by a tap; `answerable` adds the two answer buttons.
    """

    title: str
    body: str
    path: str
    answerable: bool = False
    urgency: str = "high"


def alert(account_id: UUID, subject_id: UUID, step: str, notice: Notice, *, now: datetime, expires_at: datetime) -> int:
    """Owe `notice` to every device of this person; returns how many. Zero: she cannot be reached so."""
    devices = db.session.scalars(select(Subscription.id).where(Subscription.account_id == account_id)).all()
    db.session.add_all(
        Message(
            account_id=account_id,
            subscription_id=device,
            subject_id=subject_id,
            step=step,
            payload=_payload(notice, subject_id),
            topic=topic_of(subject_id),
            urgency=notice.urgency,
            due_at=now,
            expires_at=expires_at,
        )
        for device in devices
    )
    return len(devices)


def drop(*subject_ids: UUID) -> None:
    """What these messages announce no longer matters: those not sent yet never will be."""
    db.session.execute(
        update(Message)
        .where(Message.subject_id.in_(subject_ids), Message.state.in_(UNSENT))
        .values(state=MessageState.STALE, lease_token=None, lease_until=None)
    )


def replace(notices: Mapping[UUID, tuple[UUID, Notice]], step: str, *, now: datetime, expires_at: datetime) -> None:
    """What the alerts about these subjects announced is gone: drop the unsent, overwrite the shown.

    `notices`: by subject, the person who was alerted and what to say now.
    """
    drop(*notices)
    reached = select(Message.subject_id).where(
        Message.subject_id.in_(notices),
        # A message stopped while leased may already be on its way, so its phone is told as well.
        (Message.sent_at.is_not(None)) | (Message.attempts > 0),
        Message.subscription_id.is_not(None),
    )
    for subject_id in db.session.scalars(reached.distinct()).all():
        account_id, notice = notices[subject_id]
        alert(account_id, subject_id, step, notice, now=now, expires_at=expires_at)


def subscribe(account_id: UUID, endpoint: str, p256dh: str, auth: str, now: datetime) -> None:
    """Alert this person on this device from now on. Its keys are already checked (`rules.key_trouble`).

    A browser that changes hands keeps its endpoint: what was owed to the last one must not show to the next.
    """
    owner = db.session.execute(
        select(Subscription.id, Subscription.account_id).where(Subscription.endpoint == endpoint)
    ).first()
    if owner and owner.account_id != account_id:
        forget(owner.id)
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    keys = {"account_id": account_id, "p256dh": p256dh, "auth": auth}
    db.session.execute(
        insert(Subscription)
        .values(endpoint=endpoint, created_at=now, **keys)
        .on_conflict_do_update(index_elements=[Subscription.endpoint], set_=keys)
    )


def unsubscribe(account_id: UUID, endpoint: str) -> None:
    """Stop alerting this person on this device; another's device is left alone."""
    device = db.session.scalar(
        select(Subscription.id).where(Subscription.endpoint == endpoint, Subscription.account_id == account_id)
    )
    if device:
        forget(device)


def forget(device_id: UUID) -> None:
    """Remove a device. What was still owed to it has failed, and what was sent to it is kept as it is."""
    failed = db.session.scalars(
        update(Message)
        .where(Message.subscription_id == device_id, Message.state.in_(UNSENT))
        .values(state=MessageState.FAILED, lease_token=None, lease_until=None)
        .returning(Message.subject_id)
        .execution_options(synchronize_session=False)
    ).all()
    db.session.execute(
        delete(Subscription).where(Subscription.id == device_id).execution_options(synchronize_session=False)
    )
    tell_lost(failed)


def receive(message_id: UUID, now: datetime) -> bool:
    """The phone says it has the message; the first time counts. False when there is no such message.

    A message stopped while it was on its way stays stale, and one whose answer got lost is not sent again.
    """
    message = db.session.scalar(select(Message).where(Message.id == message_id).with_for_update(of=Message))
    if message is None:
        return False
    if message.received_at is None:
        message.received_at = now
        if message.state in (*UNSENT, MessageState.SENT):
            message.state = MessageState.RECEIVED
            message.sent_at = message.sent_at or now
            message.lease_token = message.lease_until = None
        if message.subscription:
            message.subscription.last_received_at = now
        for listener in _on_received:
            listener(message.subject_id)
    return True


def topic_of(subject_id: UUID) -> str:
    """The same for all messages about one subject, so that the latest overwrites the rest (RFC 8030 §5.4)."""
    return hash_token(str(subject_id))[:32]


def _payload(notice: Notice, subject_id: UUID) -> dict[str, object]:
    return {
        "title": notice.title,
        "body": notice.body,
        "path": notice.path,
        "tag": topic_of(subject_id),
        "answerable": notice.answerable,
    }
