"""Verbs on subscriptions and on the outbox."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import uuid_utils.compat
from flask import current_app
from sqlalchemy import ColumnElement, Update, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.config import Settings
from app.core.db import db
from app.core.tokens import hash_token
from app.push import rules
from app.push.models import Message, MessageState, Subscription
from app.push.reachability import CHECK_EVERY, TEST_LIFE
from app.push.rules import Channel

Listener = Callable[[UUID], None]
NumberOf = Callable[[UUID], str | None]

_on_received: list[Listener] = []
_on_lost: list[Listener] = []
_on_carried: list[Listener] = []
_number_of: list[NumberOf] = []
UNSENT = (MessageState.PENDING, MessageState.LEASED)
DEVICES_PAGE = "push/devices"
"""What a test or a check opens, from the app's root."""

TEST = "test"
"""The step of a message by which a person tries her devices."""

CHECK = "check"
"""The step of the one that Relais sends by itself to a device without news."""


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


def on_carried(listener: Listener) -> Listener:
    """The same for when a mail or an SMS about a subject has left, or cannot."""
    if listener not in _on_carried:
        _on_carried.append(listener)
    return listener


def find_numbers(number_of: NumberOf) -> None:
    """Let `number_of(account_id)` say where a person's SMS go; the rooms above know, this one does not."""
    _number_of[:] = [number_of]


def mobile_of(account_id: UUID) -> str | None:
    """The person's mobile number (E.164), if one is known."""
    numbers = (number_of(account_id) for number_of in _number_of)
    return next((number for number in numbers if number and rules.is_mobile(number)), None)


def tell_carried(subject_id: UUID) -> None:
    for listener in _on_carried:
        listener(subject_id)


def tell_lost(subject_ids: Iterable[UUID]) -> None:
    for subject_id in subject_ids:
        for listener in _on_lost:
            listener(subject_id)


@dataclass(frozen=True)
class Notice:
    """What a lock screen may show: the care family, the commune and the delay at most, never the patient.

    `path` is relative to the app's root and opened by a tap; `answerable`: an answer is awaited, and given by two
    buttons of the notice itself unless its reader wants no `buttons`. `elsewhere`
    is what a mail or an SMS says when no phone confirms the notice; without it, it is not worth one.
    """

    title: str
    body: str
    path: str
    answerable: bool = False
    buttons: bool = True
    urgency: str = "high"
    elsewhere: str = ""


def alert(account_id: UUID, subject_id: UUID, step: str, notice: Notice, *, now: datetime, expires_at: datetime) -> int:
    """Owe `notice` to every device of this person; returns how many. Zero: she cannot be reached so."""
    devices = db.session.scalars(select(Subscription.id).where(Subscription.account_id == account_id)).all()
    for device in devices:
        _ring(device, account_id, subject_id, step, notice, now=now, expires_at=expires_at)
    if notice.elsewhere:
        due_at = now + rules.PATIENCE if devices else now
        _owe(account_id, subject_id, step, notice.elsewhere, Channel.PUSH, due_at=due_at, expires_at=expires_at)
    return len(devices)


def _ring(
    device_id: UUID,
    account_id: UUID,
    subject_id: UUID,
    step: str,
    notice: Notice,
    *,
    now: datetime,
    expires_at: datetime,
) -> None:
    message = Message(
        account_id=account_id,
        subscription_id=device_id,
        subject_id=subject_id,
        step=step,
        payload=_payload(notice, subject_id),
        topic=topic_of(subject_id),
        urgency=notice.urgency,
        due_at=now,
        expires_at=expires_at,
    )
    db.session.add(message)


def owe_next(message: Message, now: datetime) -> None:
    """After a mail or an SMS that left, wait for a sign of life before the next channel; after one that could not,
    do not wait."""
    due_at = now + rules.PATIENCE if message.state is MessageState.SENT else now
    _owe(
        message.account_id,
        message.subject_id,
        message.step,
        message.payload["text"],
        message.channel,
        due_at=due_at,
        expires_at=message.expires_at,
    )


def _owe(
    account_id: UUID,
    subject_id: UUID,
    step: str,
    text: str,
    after: Channel,
    *,
    due_at: datetime,
    expires_at: datetime,
) -> None:
    """The row of the channel that comes after `after`, if there is one in time: it is its own timer."""
    channel = rules.channel_after(after, ways_to(account_id))
    if channel is None or due_at >= expires_at:
        return
    message = Message(
        account_id=account_id,
        channel=channel,
        subject_id=subject_id,
        step=step,
        payload={"text": text},
        topic=topic_of(subject_id),
        urgency="high",
        due_at=due_at,
        expires_at=expires_at,
    )
    db.session.add(message)


def ways_to(account_id: UUID) -> frozenset[Channel]:
    """The channels by which this person can be told. Every account has an e-mail address."""
    settings: Settings = current_app.config["SETTINGS"]
    mail = {Channel.EMAIL} if settings.mails else set()
    sms = {Channel.SMS} if settings.sms_url and mobile_of(account_id) else set()
    return frozenset({Channel.PUSH, *mail, *sms})


def try_devices(account_id: UUID, now: datetime) -> None:
    """Ring every device of this person once, so that she sees which of them receive."""
    notice = Notice("Essai de Relais", "Ce téléphone reçoit bien les alertes.", DEVICES_PAGE)
    alert(account_id, uuid_utils.compat.uuid7(), TEST, notice, now=now, expires_at=now + TEST_LIFE)


def check(device: Subscription, now: datetime, ends_at: datetime) -> None:
    """Ask a device that proved nothing for a month to ring once, until `ends_at`."""
    subject_id = uuid_utils.compat.uuid7()
    notice = Notice("Vérification du mois", "Ce téléphone reçoit bien les demandes.", DEVICES_PAGE, urgency="normal")
    _ring(device.id, device.account_id, subject_id, CHECK, notice, now=now, expires_at=ends_at)
    device.check_at = now + CHECK_EVERY


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


def see(subject_id: UUID, now: datetime) -> None:
    """The person has it before her eyes, whichever way she came: nothing needs to tell her any more."""
    told = Message.subject_id == subject_id
    db.session.execute(
        update(Message)
        .where(told, Message.state.in_((MessageState.SENT, MessageState.RECEIVED)))
        .values(state=MessageState.SEEN)
    )
    db.session.execute(_fall_back_no_more(told))


def subscribe(account_id: UUID, endpoint: str, p256dh: str, auth: str, now: datetime, name: str = "") -> None:
    """Alert this person on this device from now on. Its keys are already checked (`rules.key_trouble`).

    A browser that changes hands keeps its endpoint: what was owed to the last one must not show to the next.
    """
    owner = db.session.execute(
        select(Subscription.id, Subscription.account_id).where(Subscription.endpoint == endpoint)
    ).first()
    if owner and owner.account_id != account_id:
        forget(owner.id)
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    keys = {"account_id": account_id, "p256dh": p256dh, "auth": auth, "name": name}
    db.session.execute(
        insert(Subscription)
        .values(endpoint=endpoint, created_at=now, check_at=now + CHECK_EVERY, **keys)
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
            message.subscription.check_at = now + CHECK_EVERY
        db.session.execute(_fall_back_no_more(Message.subject_id == message.subject_id, Message.step == message.step))
        for listener in _on_received:
            listener(message.subject_id)
    return True


def remove(device_id: UUID, account_id: UUID) -> bool:
    """Stop alerting this person on this device; False when she has none of that id, and another's is left alone."""
    owner = select(Subscription.id).where(Subscription.id == device_id, Subscription.account_id == account_id)
    if db.session.scalar(owner) is None:
        return False
    forget(device_id)
    return True


def remove_all(account_id: UUID, _now: datetime) -> None:
    """The person closes her account: nothing rings for her any more."""
    for device_id in db.session.scalars(select(Subscription.id).where(Subscription.account_id == account_id)).all():
        forget(device_id)


def _fall_back_no_more(*about: ColumnElement[bool]) -> Update:
    """No other channel needs to speak: what waits for its time, or is about to leave, stays here."""
    return (
        update(Message)
        .where(*about, Message.channel != Channel.PUSH, Message.state.in_(UNSENT))
        .values(state=MessageState.STALE, lease_token=None, lease_until=None)
    )


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
        "buttons": notice.answerable and notice.buttons,
    }
