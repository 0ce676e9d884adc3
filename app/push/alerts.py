"""The outbox's verbs: who is to be told what, by which way, and what no longer needs telling."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import current_app
from msgspec.structs import asdict
from msgspec.structs import replace as but
from sqlalchemy import ColumnElement, Select, Update, delete, select, update
from sqlalchemy.orm import InstrumentedAttribute

from app.config import Settings
from app.core.db import db, in_order, insert_into, insert_rows, lock_in_order
from app.push import attention, budget, rules
from app.push.listeners import mobiles_of
from app.push.models import NOT_PUSH, UNSENT, Alert, Message, MessageState, Subscription
from app.push.notices import NOTHING_LEFT, Notice, Owed, payload_of, topic_of
from app.push.rules import Channel

Ways = Collection[Channel]
"""The channels by which a person can be told."""


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
    _alert(owed, step, _devices_of({each.account_id for each in owed}), now)


def tell(account_id: UUID, subject_id: UUID, step: str, notice: Notice, *, now: datetime, expires_at: datetime) -> int:
    """The same at once, whatever she wishes."""
    devices = _devices_of([account_id])
    _tell([Owed(account_id, subject_id, notice, expires_at)], step, devices, now)
    return len(devices[account_id])


def tell_device(device: Subscription, owed: Owed, step: str, now: datetime) -> None:
    """The same on one device of hers alone."""
    _tell([owed], step, {device.account_id: [device.id]}, now)


def _alert(owed: Sequence[Owed], step: str, devices: Mapping[UUID, Sequence[UUID]], now: datetime) -> None:
    awaited = [_pressed(each, now) for each in owed if each.notice.answerable]
    calm = {each.account_id for each in awaited if not each.urgent}
    free_at = budget.rings_at(calm, now) if calm else {}
    timed = [(each, now if each.urgent else free_at[each.account_id]) for each in awaited]
    insert_rows(Alert, [_kept(each, step, at, now) for each, at in timed])
    at_once = [each for each, at in timed if at <= now]
    _tell([*(each for each in owed if not each.notice.answerable), *at_once], step, devices, now)


def _pressed(owed: Owed, now: datetime) -> Owed:
    """The same, with a word on whether it presses; what does not rings softly."""
    urgent = attention.presses(now, owed.expires_at) if owed.urgent is None else owed.urgent
    return but(owed, urgent=urgent, notice=owed.notice if urgent else but(owed.notice, urgency="normal"))


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
    elsewhere = [each for each in owed if each.notice.elsewhere]
    ways = ways_to({each.account_id for each in elsewhere})
    letters = [
        _letter(each, step, now + rules.PATIENCE if devices[each.account_id] else now, ways[each.account_id])
        for each in elsewhere
    ]
    _owe(rings, Message.subject_id, Message.subscription_id, Message.step)
    _owe([letter for letter in letters if letter], *LETTER)


LETTER = Message.subject_id, Message.account_id, Message.channel, Message.step
"""What is unique among mails and SMS."""


def _owe(rows: Sequence[dict[str, Any]], *unique: InstrumentedAttribute[Any]) -> None:
    """What is said again about the same subject takes the place of what was said, and leaves once more."""
    if not rows:
        return
    statement = insert_into(Message)
    anew = {name: statement.excluded[name] for name in ("payload", "urgency", "due_at", "expires_at")}
    forgotten = dict.fromkeys(("lease_token", "lease_until", "last_status", "sent_at", "received_at"))
    repeated = statement.on_conflict_do_update(
        index_elements=unique,
        index_where=NOT_PUSH if unique == LETTER else None,
        set_=anew | forgotten | {"state": MessageState.PENDING, "attempts": 0},
    )
    db.session.execute(repeated, rows)


def _letter(owed: Owed, step: str, due_at: datetime, ways: Ways) -> dict[str, Any] | None:
    """The row of the channel that speaks when no phone confirms by `due_at`: it is its own timer."""
    channel = rules.channel_after(Channel.PUSH, ways)
    return _said_by(channel, owed.account_id, owed.subject_id, step, owed.notice.elsewhere, due_at, owed.expires_at)


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
        "payload": payload_of(owed.notice, owed.subject_id),
        "topic": topic_of(owed.subject_id),
        "urgency": owed.notice.urgency,
        "due_at": now,
        "expires_at": owed.expires_at,
    }


def owe_next(message: Message, now: datetime) -> None:
    """After a mail or an SMS that left, wait for a sign of life before the next channel; after one that could not,
    do not wait."""
    due_at = now + rules.PATIENCE if message.state is MessageState.SENT else now
    account_id, subject_id, text = message.account_id, message.subject_id, message.payload["text"]
    channel = rules.channel_after(message.channel, ways_to([account_id])[account_id])
    row = _said_by(channel, account_id, subject_id, message.step, text, due_at, message.expires_at)
    if row:
        _owe([row], *LETTER)


def _said_by(
    channel: Channel | None,
    account_id: UUID,
    subject_id: UUID,
    step: str,
    text: str,
    due_at: datetime,
    expires_at: datetime,
) -> dict[str, Any] | None:
    """What this channel is to say, if there is one, and in time."""
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


def ways_to(account_ids: Collection[UUID]) -> dict[UUID, Ways]:
    """By which channels each of these people can be told, in one query at most. Every account has an e-mail address."""
    settings: Settings = current_app.config["SETTINGS"]
    mail = {Channel.EMAIL} if settings.mails else set()
    mobile = mobiles_of(account_ids) if settings.sms_url else {}
    sms = {account_id: {Channel.SMS} for account_id in mobile}
    return {each: frozenset({Channel.PUSH, *mail, *sms.get(each, ())}) for each in account_ids}


def drop(*subject_ids: UUID) -> dict[UUID, UUID]:
    """What these messages announce no longer matters: those not sent yet never will be.

    Returns the digests that announced nothing else, each with its reader.
    """
    emptied = budget.end(subject_ids)
    unsent = Message.subject_id.in_((*subject_ids, *emptied)), Message.state.in_(UNSENT)
    db.session.execute(
        update(Message)
        .where(Message.id.in_(in_order(Message, *unsent)))
        .values(state=MessageState.STALE, lease_token=None, lease_until=None)
    )
    return emptied


def silence(account_id: UUID, subject_ids: Collection[UUID] | None = None) -> None:
    """Nothing that waits rings for this person any more, nor leaves by mail or SMS; or nothing about these subjects."""
    unsent = [Message.account_id == account_id, Message.state.in_(UNSENT)]
    waiting = [Alert.account_id == account_id, Alert.rings_at.is_not(None)]
    if subject_ids is not None:
        unsent.append(Message.subject_id.in_(subject_ids))
        waiting.append(Alert.subject_id.in_(subject_ids))
    dropped = {"state": MessageState.STALE, "lease_token": None, "lease_until": None}
    quietly = {"synchronize_session": False}
    messages, alerts = in_order(Message, *unsent), in_order(Alert, *waiting)
    db.session.execute(delete(Alert).where(Alert.id.in_(alerts)).execution_options(**quietly))
    db.session.execute(update(Message).where(Message.id.in_(messages)).values(dropped).execution_options(**quietly))


def lock_about(subject_ids: Collection[UUID] | Select[UUID]) -> None:
    """Lock all alerts and messages about these subjects, for who ends some of them now and others a moment later."""
    lock_in_order(Alert, Alert.subject_id.in_(subject_ids))
    lock_in_order(Message, Message.subject_id.in_(subject_ids))


def replace(
    notices: Mapping[UUID, tuple[Iterable[UUID], Notice]], step: str, *, now: datetime, expires_at: datetime
) -> None:
    """What the alerts about these subjects announced is gone: drop the unsent, overwrite the shown.

    `notices`: by subject, the people who were alerted and what to say now.
    """
    lock_about(notices)
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
    lock_in_order(Message, told)
    db.session.execute(
        update(Message)
        .where(told, Message.state.in_((MessageState.SENT, MessageState.RECEIVED)))
        .values(state=MessageState.SEEN)
    )
    db.session.execute(fall_back_no_more(told))


def fall_back_no_more(*about: ColumnElement[bool]) -> Update:
    """No other channel needs to speak: what waits for its time, or is about to leave, stays here."""
    return (
        update(Message)
        .where(*about, Message.channel != Channel.PUSH, Message.state.in_(UNSENT))
        .values(state=MessageState.STALE, lease_token=None, lease_until=None)
    )
