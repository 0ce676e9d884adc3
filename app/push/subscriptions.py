"""A person's devices: which are alerted, whether they still ring, and what they report."""

from datetime import datetime
from hmac import compare_digest
from uuid import UUID

import uuid_utils.compat
from sqlalchemy import delete, func, select, update

from app.core.db import db, in_order, insert_into, lock_in_order
from app.membership.leaving import Departure
from app.push.alerts import fall_back_no_more, silence, tell, tell_device
from app.push.listeners import tell_carried, tell_lost, tell_received
from app.push.models import UNSENT, Message, MessageState, Subscription
from app.push.notices import CHECK, DEVICES_PAGE, TEST, Notice, Owed
from app.push.reachability import CHECK_EVERY, TEST_LIFE
from app.push.rules import Channel

TEST_NOTICE = Notice("Essai de Relais", "Ce téléphone reçoit bien les alertes.", DEVICES_PAGE)
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
        forget(owner.id)
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
        forget(device_id)


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
    forget(device.id)  # A page of hers said it first.
    return True


def unsubscribe(account_id: UUID, endpoint: str) -> None:
    """Stop alerting this person on this device; another's device is left alone."""
    device = db.session.scalar(
        select(Subscription.id).where(Subscription.endpoint == endpoint, Subscription.account_id == account_id)
    )
    if device:
        forget(device)


def forget(device_id: UUID) -> None:
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
    tell_lost(failed)


def remove(device_id: UUID, account_id: UUID) -> bool:
    """Stop alerting this person on this device; False when she has none of that id, and another's is left alone."""
    owner = select(Subscription.id).where(Subscription.id == device_id, Subscription.account_id == account_id)
    if db.session.scalar(owner) is None:
        return False
    forget(device_id)
    return True


def fall_silent(departure: Departure) -> None:
    """With her last role a person's phones are forgotten, and nothing is owed to her any more."""
    if not departure.last:
        return
    mine = select(Subscription.id).where(Subscription.account_id == departure.account_id)
    for device_id in db.session.scalars(mine).all():
        forget(device_id)
    silence(departure.account_id)


def try_devices(account_id: UUID, now: datetime) -> None:
    """Ring every device of this person once, so that she sees which of them receive."""
    tell(account_id, uuid_utils.compat.uuid7(), TEST, TEST_NOTICE, now=now, expires_at=now + TEST_LIFE)


def check(device: Subscription, now: datetime, ends_at: datetime) -> None:
    """Ask a device that proved nothing for a month to ring once, until `ends_at`."""
    subject_id = uuid_utils.compat.uuid7()
    notice = Notice("Vérification du mois", "Ce téléphone reçoit bien les demandes.", DEVICES_PAGE, urgency="normal")
    owed = Owed(device.account_id, subject_id, notice, ends_at)
    tell_device(device, owed, CHECK, now)
    device.check_at = now + CHECK_EVERY


def receive(message_id: UUID, now: datetime) -> bool:
    """The phone says it has the message; the first time counts. False when there is no such message.

    A message stopped while it was on its way stays stale, and one whose answer got lost is not sent again. Whatever
    was said before: what arrived has not failed.
    """
    message = _held(message_id)
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
        db.session.execute(fall_back_no_more(Message.subject_id == message.subject_id, Message.step == message.step))
        tell_received(message.subject_id)
    return True


def _held(message_id: UUID) -> Message | None:
    """The message, locked together with all that was said about the same: what became of one ends others."""
    subject = select(Message.subject_id).where(Message.id == message_id).scalar_subquery()
    lock_in_order(Message, Message.subject_id == subject)
    return db.session.get(Message, message_id, populate_existing=True)


def report_sms(message_id: UUID, arrived: bool | None, now: datetime) -> bool:
    """The gateway says what became of an SMS; False when there is no such SMS. Said twice or late, it changes nothing:
    only what left can fail, and nothing undoes that it arrived."""
    message = _held(message_id)
    if message is None or message.channel is not Channel.SMS:
        return False
    if arrived:
        return receive(message_id, now)
    if arrived is False and message.state in (MessageState.LEASED, MessageState.SENT):
        message.state = MessageState.FAILED
        message.lease_token = message.lease_until = None
        tell_carried(message.subject_id)
    return True
