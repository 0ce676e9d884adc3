"""Verbs on a person's devices: which are alerted, and that a message has arrived."""

from datetime import datetime
from hmac import compare_digest
from uuid import UUID

from sqlalchemy import func, select

from app.core.db import db, insert_into, lock_in_order
from app.core.events import announce
from app.membership.leaving import Departure
from app.push.models import UNSENT, Message, MessageState, Subscription
from app.push.outbox import DeliveryChanged, forget_device, withdraw_fallbacks
from app.push.rules import CHECK_EVERY

MOST_DEVICES = 10
"""Of one person. An eleventh takes the place of the one that was heard of least lately."""


def subscribe(account_id: UUID, endpoint: str, p256dh: str, auth: str, now: datetime, name: str = "") -> None:
    """Alert this person on this device from now on. Its keys are already checked (`rules.key_trouble`).

    A browser that changes hands keeps its endpoint: what was owed to the last one must not show to the next.
    """
    owner = db.session.execute(
        select(Subscription.id, Subscription.account_id).where(Subscription.endpoint == endpoint)
    ).first()
    if owner and owner.account_id != account_id:
        forget_device(owner.id)
    keys = {"account_id": account_id, "p256dh": p256dh, "auth": auth, "name": name}
    db.session.execute(
        insert_into(Subscription)
        .values(endpoint=endpoint, created_at=now, check_at=now + CHECK_EVERY, **keys)
        .on_conflict_do_update(index_elements=[Subscription.endpoint], set_=keys)
    )
    if owner is None or owner.account_id != account_id:
        _make_room(account_id, endpoint)


def _make_room(account_id: UUID, endpoint: str) -> None:
    last_heard = func.coalesce(Subscription.last_received_at, Subscription.created_at)
    others = (
        select(Subscription.id)
        .where(Subscription.account_id == account_id, Subscription.endpoint != endpoint)
        .order_by(last_heard.desc(), Subscription.id.desc())
    )
    for device_id in db.session.scalars(others.offset(MOST_DEVICES - 1)).all():
        forget_device(device_id)


def renew(old_endpoint: str, old_auth: str, endpoint: str, p256dh: str, auth: str) -> bool:
    """A browser has replaced its subscription by itself: the device stays the same, its person's and under our same key
    (browsers keep that one), and what is owed to it goes to the new address. False when the old secret is not its own.
    """
    device = db.session.scalar(select(Subscription).where(Subscription.endpoint == old_endpoint).with_for_update())
    if device is None or not compare_digest(device.auth.encode(), old_auth.encode()):
        return False
    newer = db.session.scalar(select(Subscription).where(Subscription.endpoint == endpoint))
    if newer is None or newer is device:
        device.endpoint, device.p256dh, device.auth = endpoint, p256dh, auth
        return True
    if newer.account_id != device.account_id:
        return False
    forget_device(device.id)  # A page of hers said it first.
    return True


def unsubscribe(account_id: UUID, endpoint: str) -> None:
    """Stop alerting this person on this device; another's device is left alone."""
    device = db.session.scalar(
        select(Subscription.id).where(Subscription.endpoint == endpoint, Subscription.account_id == account_id)
    )
    if device:
        forget_device(device)


def remove(device_id: UUID, account_id: UUID) -> bool:
    """Stop alerting this person on this device; False when she has none of that id, and another's is left alone."""
    owner = select(Subscription.id).where(Subscription.id == device_id, Subscription.account_id == account_id)
    if db.session.scalar(owner) is None:
        return False
    forget_device(device_id)
    return True


def forget_devices(departure: Departure) -> None:
    """With her last role a person's phones are forgotten."""
    if not departure.last:
        return
    mine = select(Subscription.id).where(Subscription.account_id == departure.account_id)
    for device_id in db.session.scalars(mine).all():
        forget_device(device_id)


def receive(message_id: UUID, now: datetime) -> bool:
    """The phone says it has the message; the first time counts. False when there is no such message.

    A message stopped while it was on its way stays stale, and one whose answer got lost is not sent again. Whatever
    was said before: what arrived has not failed.
    """
    message = lock_message(message_id)
    if message is None:
        return False
    if message.received_at is None:
        message.received_at = now
        if message.state in (*UNSENT, MessageState.SENT, MessageState.FAILED):
            message.state = MessageState.RECEIVED
            message.sent_at = message.sent_at or now
            message.lease_token = message.lease_until = None
        if message.subscription:
            message.subscription.last_received_at = now
            message.subscription.check_at = now + CHECK_EVERY
        withdraw_fallbacks(Message.subject_id == message.subject_id, Message.step == message.step)
        announce(DeliveryChanged([message.subject_id]))
    return True


def lock_message(message_id: UUID) -> Message | None:
    """The message, locked together with all that was said about the same: what became of one ends others."""
    subject = select(Message.subject_id).where(Message.id == message_id).scalar_subquery()
    lock_in_order(Message, Message.subject_id == subject)
    return db.session.get(Message, message_id, populate_existing=True)
