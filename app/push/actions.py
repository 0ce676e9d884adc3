"""Verbs on subscriptions and on the outbox."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from dataclasses import replace as but
from datetime import datetime
from typing import Any
from uuid import UUID

import uuid_utils.compat
from flask import current_app
from sqlalchemy import ColumnElement, Update, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.config import Settings
from app.core.db import db, insert_rows
from app.core.tokens import hash_token
from app.push import attention, budget, rules
from app.push.listeners import mobile_of, tell_carried, tell_lost, tell_received
from app.push.models import Alert, Message, MessageState, Subscription
from app.push.reachability import CHECK_EVERY, TEST_LIFE
from app.push.rules import Channel

UNSENT = (MessageState.PENDING, MessageState.LEASED)
DEVICES_PAGE = "push/devices"
"""What a test or a check opens, from the app's root."""

TEST = "test"
"""The step of a message by which a person tries her devices."""

CHECK = "check"
"""The step of the one that Relais sends by itself to a device without news."""

DIGEST = "digest"
"""The step of the one that stands for several alerts."""


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


NOTHING_LEFT = Notice(
    "Ces demandes n'attendent plus", "Elles ont trouvé quelqu'un, ou leur délai est passé.", "", urgency="low"
)
"""What takes the place of a digest of which nothing is left."""


@dataclass(frozen=True)
class Owed:
    """What one person is to be told about one subject, and until when it is worth telling. `urgent`: left unsaid, an
    answer awaited for hours is not."""

    account_id: UUID
    subject_id: UUID
    notice: Notice
    expires_at: datetime
    urgent: bool | None = None


def alert(
    account_id: UUID,
    subject_id: UUID,
    step: str,
    notice: Notice,
    *,
    now: datetime,
    expires_at: datetime,
    urgent: bool | None = None,
) -> int:
    """`alert_all` for one; returns how many devices she has. Zero: she cannot be reached so."""
    devices = _devices_of([account_id])
    _alert([Owed(account_id, subject_id, notice, expires_at, urgent)], step, devices, now)
    return len(devices[account_id])


def alert_all(owed: Sequence[Owed], step: str, *, now: datetime) -> None:
    """Owe each notice to every device of its person.

    What awaits an answer and is not urgent rings when she wishes, perhaps together with others, and not at all when
    it is over by then.
    """
    _alert(owed, step, _devices_of([each.account_id for each in owed]), now)


def tell(account_id: UUID, subject_id: UUID, step: str, notice: Notice, *, now: datetime, expires_at: datetime) -> int:
    """The same at once, whatever she wishes."""
    devices = _devices_of([account_id])
    _tell([Owed(account_id, subject_id, notice, expires_at)], step, devices, now)
    return len(devices[account_id])


def _alert(owed: Sequence[Owed], step: str, devices: Mapping[UUID, Sequence[UUID]], now: datetime) -> None:
    awaited = [each if _presses(each, now) else _calmer(each) for each in owed if each.notice.answerable]
    calm = {each.account_id for each in awaited if not _presses(each, now)}
    free_at = budget.rings_at(calm, now) if calm else {}
    rings_at = [now if _presses(each, now) else free_at[each.account_id] for each in awaited]
    insert_rows(Alert, [_kept(each, step, at, now) for each, at in zip(awaited, rings_at, strict=True)])
    ringing = [each for each, at in zip(awaited, rings_at, strict=True) if at <= now]
    _tell([*(each for each in owed if not each.notice.answerable), *ringing], step, devices, now)


def _presses(owed: Owed, now: datetime) -> bool:
    return attention.presses(now, owed.expires_at) if owed.urgent is None else owed.urgent


def _calmer(owed: Owed) -> Owed:
    return but(owed, notice=but(owed.notice, urgency="normal"))


def _kept(owed: Owed, step: str, rings_at: datetime, now: datetime) -> dict[str, Any]:
    """The row that says that this person is told, or will be at `rings_at`."""
    waits = rings_at > now
    return {
        "account_id": owed.account_id,
        "subject_id": owed.subject_id,
        "step": step,
        "notice": asdict(owed.notice) if waits else None,
        "rings_at": min(rings_at, owed.expires_at) if waits else None,
        "rang_at": None if waits else now,
        "expires_at": owed.expires_at,
    }


def _tell(owed: Sequence[Owed], step: str, devices: Mapping[UUID, Sequence[UUID]], now: datetime) -> None:
    rings = [_ring(device, each, step, now) for each in owed for device in devices[each.account_id]]
    letters = [
        letter
        for each in owed
        if each.notice.elsewhere
        for letter in [_letter(each, step, now + rules.PATIENCE if devices[each.account_id] else now)]
        if letter
    ]
    insert_rows(Message, rings)
    insert_rows(Message, letters)


def _letter(owed: Owed, step: str, due_at: datetime) -> dict[str, Any] | None:
    """The row of the channel that speaks when no phone confirms by `due_at`: it is its own timer."""
    return _owed_by(
        owed.account_id,
        owed.subject_id,
        step,
        owed.notice.elsewhere,
        Channel.PUSH,
        due_at=due_at,
        expires_at=owed.expires_at,
    )


def _devices_of(account_ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    devices: dict[UUID, list[UUID]] = {account_id: [] for account_id in account_ids}
    mine = select(Subscription.account_id, Subscription.id).where(Subscription.account_id.in_(devices))
    for account_id, device in db.session.execute(mine.order_by(Subscription.id)):
        devices[account_id].append(device)
    return devices


def _ring(device_id: UUID, owed: Owed, step: str, now: datetime) -> dict[str, Any]:
    return {
        "account_id": owed.account_id,
        "subscription_id": device_id,
        "subject_id": owed.subject_id,
        "step": step,
        "payload": _payload(owed.notice, owed.subject_id),
        "topic": topic_of(owed.subject_id),
        "urgency": owed.notice.urgency,
        "due_at": now,
        "expires_at": owed.expires_at,
    }


def owe_next(message: Message, now: datetime) -> None:
    """After a mail or an SMS that left, wait for a sign of life before the next channel; after one that could not,
    do not wait."""
    due_at = now + rules.PATIENCE if message.state is MessageState.SENT else now
    row = _owed_by(
        message.account_id,
        message.subject_id,
        message.step,
        message.payload["text"],
        message.channel,
        due_at=due_at,
        expires_at=message.expires_at,
    )
    if row:
        db.session.add(Message(**row))


def _owed_by(
    account_id: UUID,
    subject_id: UUID,
    step: str,
    text: str,
    after: Channel,
    *,
    due_at: datetime,
    expires_at: datetime,
) -> dict[str, Any] | None:
    """What the channel that comes after `after` is to say, if there is one in time."""
    channel = rules.channel_after(after, ways_to(account_id))
    if channel is None or due_at >= expires_at:
        return None
    return {
        "account_id": account_id,
        "channel": channel,
        "subject_id": subject_id,
        "step": step,
        "payload": {"text": text},
        "topic": topic_of(subject_id),
        "urgency": "high",
        "due_at": due_at,
        "expires_at": expires_at,
    }


def ways_to(account_id: UUID) -> frozenset[Channel]:
    """The channels by which this person can be told. Every account has an e-mail address."""
    settings: Settings = current_app.config["SETTINGS"]
    mail = {Channel.EMAIL} if settings.mails else set()
    sms = {Channel.SMS} if settings.sms_url and mobile_of(account_id) else set()
    return frozenset({Channel.PUSH, *mail, *sms})


def try_devices(account_id: UUID, now: datetime) -> None:
    """Ring every device of this person once, so that she sees which of them receive."""
    notice = Notice("Essai de Relais", "Ce téléphone reçoit bien les alertes.", DEVICES_PAGE)
    tell(account_id, uuid_utils.compat.uuid7(), TEST, notice, now=now, expires_at=now + TEST_LIFE)


def check(device: Subscription, now: datetime, ends_at: datetime) -> None:
    """Ask a device that proved nothing for a month to ring once, until `ends_at`."""
    subject_id = uuid_utils.compat.uuid7()
    notice = Notice("Vérification du mois", "Ce téléphone reçoit bien les demandes.", DEVICES_PAGE, urgency="normal")
    owed = Owed(device.account_id, subject_id, notice, ends_at)
    _tell([owed], CHECK, {device.account_id: [device.id]}, now)
    device.check_at = now + CHECK_EVERY


def drop(*subject_ids: UUID) -> dict[UUID, UUID]:
    """What these messages announce no longer matters: those not sent yet never will be.

    Returns the digests that announced nothing else, each with its reader.
    """
    emptied = budget.end(subject_ids)
    db.session.execute(
        update(Message)
        .where(Message.subject_id.in_((*subject_ids, *emptied)), Message.state.in_(UNSENT))
        .values(state=MessageState.STALE, lease_token=None, lease_until=None)
    )
    return emptied


def replace(
    notices: Mapping[UUID, tuple[Iterable[UUID], Notice]], step: str, *, now: datetime, expires_at: datetime
) -> None:
    """What the alerts about these subjects announced is gone: drop the unsent, overwrite the shown.

    `notices`: by subject, the people who were alerted and what to say now.
    """
    emptied = {digest: ([account_id], NOTHING_LEFT) for digest, account_id in drop(*notices).items()}
    notices = {**notices, **emptied}
    reached = select(Message.subject_id).where(
        Message.subject_id.in_(notices),
        # A message stopped while leased may already be on its way, so its phone is told as well.
        (Message.sent_at.is_not(None)) | (Message.attempts > 0),
        Message.subscription_id.is_not(None),
    )
    for subject_id in db.session.scalars(reached.distinct()).all():
        accounts, notice = notices[subject_id]
        for account_id in accounts:
            tell(account_id, subject_id, step, notice, now=now, expires_at=expires_at)


def see(subject_id: UUID, now: datetime) -> None:
    """The person has it before her eyes, whichever way she came: nothing needs to tell her any more."""
    budget.forget_waiting([subject_id])
    told = Message.subject_id.in_((subject_id, *budget.digests_with(subject_id)))
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

    A message stopped while it was on its way stays stale, and one whose answer got lost is not sent again. Whatever
    was said before: what arrived has not failed.
    """
    message = db.session.scalar(select(Message).where(Message.id == message_id).with_for_update(of=Message))
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
        db.session.execute(_fall_back_no_more(Message.subject_id == message.subject_id, Message.step == message.step))
        tell_received(message.subject_id)
    return True


def report_sms(message_id: UUID, arrived: bool | None, now: datetime) -> bool:
    """The gateway says what became of an SMS; False when there is no such SMS. Said twice or late, it changes nothing:
    only what left can fail, and nothing undoes that it arrived."""
    message = db.session.scalar(select(Message).where(Message.id == message_id).with_for_update(of=Message))
    if message is None or message.channel is not Channel.SMS:
        return False
    if arrived:
        return receive(message_id, now)
    if arrived is False and message.state in (MessageState.LEASED, MessageState.SENT):
        message.state = MessageState.FAILED
        message.lease_token = message.lease_until = None
        tell_carried(message.subject_id)
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
