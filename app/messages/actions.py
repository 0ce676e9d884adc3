"""Verbs on what people are told: who is to be told what, by which way and when, and what no longer needs telling."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import current_app
from msgspec import structs
from sqlalchemy import ColumnElement, Select, delete, func, select, update

from app.accounts.models import Account
from app.config import Settings
from app.core.db import db, in_order, insert_into, insert_rows, lock_in_order
from app.core.events import announce
from app.language.phrases import later, speaking
from app.membership.leaving import Departure
from app.messages import queries
from app.messages.models import Alert, Attention, Delivery, Notice
from app.messages.rules import PATIENCE, Wishes, channel_after
from app.push import outbox
from app.push.models import Message, MessageState, Subscription
from app.push.outbox import DeliveryChanged
from app.push.rules import Channel


@dataclass(frozen=True)
class ReachChanged:
    """More is known of whether the person was reached to whom something was said about this subject."""

    subject_id: UUID


Ways = Collection[Channel]
"""The channels by which a person can be told."""

NOTHING_LEFT = Notice(
    later("Ces demandes n'attendent plus"),
    later("Elles ont trouvé quelqu'un, ou leur délai est passé."),
    "",
    urgency="low",
)
"""What takes the place of a digest of which nothing is left."""


def alert(
    account_id: UUID,
    subject_id: UUID,
    step: str,
    notice: Notice,
    *,
    now: datetime,
    expires_at: datetime,
    urgent: bool | None = None,
) -> None:
    """`alert_all` for one person."""
    alert_all([Delivery(account_id, subject_id, notice, expires_at, urgent)], step, now=now)


def alert_all(deliveries: Sequence[Delivery], step: str, *, now: datetime) -> None:
    """Owe each notice to every device of its person, and a mail or an SMS to who has none.

    What awaits an answer and is not urgent rings when she wishes, perhaps together with others, and not at all when
    it is over by then.
    """
    readers = _readers({each.account_id for each in deliveries})
    deliveries = [readers[each.account_id].reads(each) for each in deliveries]
    awaited = [_with_urgency(each, now) for each in deliveries if each.notice.answerable]
    calm = {each.account_id for each in awaited if not each.urgent}
    free_at = queries.ring_times(calm, now) if calm else {}
    timed = [(each, now if each.urgent else free_at[each.account_id]) for each in awaited]
    insert_rows(Alert, [_alert_row(each, step, at, now) for each, at in timed])
    at_once = [each for each, at in timed if at <= now]
    _notify([*(each for each in deliveries if not each.notice.answerable), *at_once], step, readers, now)


def mention(deliveries: Sequence[Delivery], step: str, *, now: datetime, apart: timedelta) -> None:
    """Owe each of these, that await no answer, when its person lets what does not press ring; and however often the
    same is mentioned, once in `apart`: what is said meanwhile rings together, unless she has looked before."""
    about = {each.subject_id: each for each in deliveries}
    told = select(Alert.subject_id, func.max(Alert.rang_at), func.max(Alert.rings_at))
    known = db.session.execute(told.where(Alert.subject_id.in_(about)).group_by(Alert.subject_id)).all()
    rang = {subject_id: rang_at for subject_id, rang_at, _rings_at in known if rang_at}
    for waits in [subject_id for subject_id, _rang_at, rings_at in known if rings_at]:
        del about[waits]
    readers = _readers({each.account_id for each in about.values()})
    owed = [readers[each.account_id].reads(each) for each in about.values()]
    free_at = queries.ring_times({each.account_id for each in owed}, now) if owed else {}
    timed = [
        (each, max(free_at[each.account_id], rang[each.subject_id] + apart if each.subject_id in rang else now))
        for each in owed
    ]
    insert_rows(Alert, [_alert_row(each, step, at, now) for each, at in timed])
    _notify([each for each, at in timed if at <= now], step, readers, now)


def notify(
    account_id: UUID, subject_id: UUID, step: str, notice: Notice, *, now: datetime, expires_at: datetime
) -> None:
    """`alert` at once, whatever she wishes."""
    _notify([Delivery(account_id, subject_id, notice, expires_at)], step, _readers([account_id]), now)


def notify_device(device: Subscription, delivery: Delivery, step: str, now: datetime) -> None:
    """The same on one device of hers alone."""
    reader = _readers([device.account_id])[device.account_id]
    _notify([delivery], step, {device.account_id: replace(reader, devices=[device.id])}, now)


def _with_urgency(delivery: Delivery, now: datetime) -> Delivery:
    """The same, with a word on whether it presses; what does not rings softly."""
    urgent = delivery.presses(now)
    notice = delivery.notice if urgent else structs.replace(delivery.notice, urgency="normal")
    return structs.replace(delivery, urgent=urgent, notice=notice)


def _alert_row(delivery: Delivery, step: str, rings_at: datetime, now: datetime) -> dict[str, Any]:
    """It says that this person is told, or will be at `rings_at`."""
    waits = rings_at > now
    return {
        "account_id": delivery.account_id,
        "subject_id": delivery.subject_id,
        "step": step,
        "notice": structs.asdict(delivery.notice) if waits else None,
        "rings_at": min(rings_at, delivery.expires_at) if waits else None,
        "rang_at": None if waits else now,
        "expires_at": delivery.expires_at,
    }


def _notify(deliveries: Sequence[Delivery], step: str, readers: Mapping[UUID, "Reader"], now: datetime) -> None:
    deliveries = [readers[each.account_id].reads(each) for each in deliveries]
    pushes = [_push_row(device, each, step, now) for each in deliveries for device in readers[each.account_id].devices]
    elsewhere = [each for each in deliveries if each.notice.elsewhere]
    ways = ways_to({each.account_id for each in elsewhere})
    fallbacks = [
        _fallback_row(
            Channel.PUSH,
            ways[each.account_id],
            now + PATIENCE if readers[each.account_id].devices else now,
            account_id=each.account_id,
            subject_id=each.subject_id,
            step=step,
            payload={"text": each.notice.elsewhere},
            topic=outbox.topic_of(each.subject_id),
            expires_at=each.expires_at,
        )
        for each in elsewhere
    ]
    outbox.enqueue([*pushes, *(row for row in fallbacks if row)])


@dataclass(frozen=True)
class Reader:
    """Where a person reads what she is told, and in which language."""

    language: str | None
    devices: list[UUID]

    def reads(self, delivery: Delivery) -> Delivery:
        """The same, its words found in her language: from here on a row may keep them."""
        notice = delivery.notice
        with speaking(self.language):
            title, body, elsewhere = str(notice.title), str(notice.body), str(notice.elsewhere)
        return structs.replace(delivery, notice=structs.replace(notice, title=title, body=body, elsewhere=elsewhere))


def _readers(account_ids: Collection[UUID]) -> dict[UUID, Reader]:
    asked = select(Account.id, Account.language, Subscription.id).outerjoin(
        Subscription, Subscription.account_id == Account.id
    )
    readers: dict[UUID, Reader] = {}
    for account_id, spoken, device in db.session.execute(
        asked.where(Account.id.in_(account_ids)).order_by(Subscription.id)
    ):
        reader = readers.setdefault(account_id, Reader(spoken, []))
        if device:
            reader.devices.append(device)
    return readers


def _push_row(device_id: UUID, delivery: Delivery, step: str, now: datetime) -> dict[str, Any]:
    return {
        "account_id": delivery.account_id,
        "subscription_id": device_id,
        "channel": Channel.PUSH,
        "subject_id": delivery.subject_id,
        "step": step,
        "payload": payload_of(delivery.notice, delivery.subject_id),
        "topic": outbox.topic_of(delivery.subject_id),
        "urgency": delivery.notice.urgency,
        "due_at": now,
        "expires_at": delivery.expires_at,
    }


def payload_of(notice: Notice, subject_id: UUID) -> dict[str, object]:
    """What the sender needs of it (`push/request.py`)."""
    return {
        "title": str(notice.title),
        "body": str(notice.body),
        "path": notice.path,
        "tag": outbox.topic_of(subject_id),
        "answerable": notice.answerable,
        "buttons": notice.answerable and notice.buttons,
    }


def _fallback_row(before: Channel, ways: Ways, due_at: datetime, **message: Any) -> dict[str, Any] | None:
    """What the channel after `before` is to say when no phone confirms by `due_at`, if there is one, and in time: the
    row is its own timer."""
    channel = channel_after(before, ways)
    if channel is None or due_at >= message["expires_at"]:
        return None
    return {**message, "channel": channel, "urgency": "high", "due_at": due_at}


def enqueue_next_channel(message: Message, now: datetime) -> None:
    """After a mail or an SMS that left, wait for a sign of life before the next channel; after one that could not,
    do not wait."""
    row = _fallback_row(
        message.channel,
        ways_to([message.account_id])[message.account_id],
        now + PATIENCE if message.state is MessageState.SENT else now,
        account_id=message.account_id,
        subject_id=message.subject_id,
        step=message.step,
        payload=message.payload,
        topic=message.topic,
        expires_at=message.expires_at,
    )
    outbox.enqueue([row] if row else [])


def ways_to(account_ids: Collection[UUID]) -> dict[UUID, Ways]:
    """By which channels each of these people can be told, in one query at most. Every account has an e-mail address."""
    settings: Settings = current_app.config["SETTINGS"]
    mail = {Channel.EMAIL} if settings.mails else set()
    mobile = queries.mobiles_of(account_ids) if settings.sms_url else {}
    sms = {account_id: {Channel.SMS} for account_id in mobile}
    return {each: frozenset({Channel.PUSH, *mail, *sms.get(each, ())}) for each in account_ids}


def drop(*subject_ids: UUID) -> dict[UUID, UUID]:
    """What these messages announce no longer matters: those not sent yet never will be.

    Returns the digests that announced nothing else, each with its reader.
    """
    emptied = _end_alerts(subject_ids)
    outbox.withdraw(Message.subject_id.in_((*subject_ids, *emptied)))
    return emptied


def _end_alerts(subject_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """These subjects await nothing any more: what waits will never ring. Returns the digests in which nothing is
    left, with whose they are."""
    apart = Alert.rings_at.is_not(None) | Alert.digest_id.is_not(None)
    touched = db.session.execute(
        select(Alert.digest_id, Alert.account_id).where(Alert.subject_id.in_(subject_ids), apart)
    ).all()
    if not touched:  # As nearly always: whoever takes a request waits for one look, not for two writes.
        return {}
    lock_in_order(Alert, Alert.subject_id.in_(subject_ids), apart)
    _forget_waiting(Alert.subject_id.in_(subject_ids))
    ended = update(Alert).where(Alert.subject_id.in_(subject_ids), Alert.digest_id.is_not(None)).values(over=True)
    db.session.execute(ended.execution_options(synchronize_session=False))
    digests = {row.digest_id: row.account_id for row in touched if row.digest_id}
    left = set(db.session.scalars(select(Alert.digest_id).where(Alert.digest_id.in_(digests), ~Alert.over)))
    return {digest: account for digest, account in digests.items() if digest not in left}


def _forget_waiting(*which: ColumnElement[bool]) -> None:
    waiting = in_order(Alert, *which, Alert.rings_at.is_not(None))
    db.session.execute(delete(Alert).where(Alert.id.in_(waiting)).execution_options(synchronize_session=False))


def silence(account_id: UUID, subject_ids: Collection[UUID] | None = None) -> None:
    """Nothing that waits rings for this person any more, nor leaves by mail or SMS; or nothing about these subjects."""
    alerts, messages = [Alert.account_id == account_id], [Message.account_id == account_id]
    if subject_ids is not None:
        alerts.append(Alert.subject_id.in_(subject_ids))
        messages.append(Message.subject_id.in_(subject_ids))
    _forget_waiting(*alerts)
    outbox.withdraw(*messages)


def silence_who_left(departure: Departure) -> None:
    """With her last role, nothing is owed to a person any more."""
    if departure.last:
        silence(departure.account_id)


def lock_about(subject_ids: Collection[UUID] | Select[UUID]) -> None:
    """Lock all alerts and messages about these subjects, for who ends some of them now and others a moment later."""
    lock_in_order(Alert, Alert.subject_id.in_(subject_ids))
    lock_in_order(Message, Message.subject_id.in_(subject_ids))


def supersede(
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
            notify(account_id, subject_id, step, notice, now=now, expires_at=expires_at)


def see(subject_id: UUID) -> None:
    """The person has it before her eyes, whichever way she came: nothing needs to tell her any more."""
    _forget_waiting(Alert.subject_id == subject_id)
    digests = select(Alert.digest_id).where(Alert.subject_id == subject_id, Alert.digest_id.is_not(None))
    outbox.note_seen(Message.subject_id.in_((subject_id, *db.session.scalars(digests))))


def set_wishes(account_id: UUID, wishes: Wishes, now: datetime) -> None:
    """Hold to these wishes from now on, for what waits already too."""
    values = {
        "quiet": wishes.quiet,
        "quiet_from": wishes.quiet_from,
        "quiet_until": wishes.quiet_until,
        "quiet_days": "".join(str(day) for day in sorted(wishes.quiet_days)),
        "daily_cap": wishes.daily_cap,
        "grouped": wishes.grouped,
    }
    db.session.execute(
        insert_into(Attention)
        .values(account_id=account_id, **values)
        .on_conflict_do_update(index_elements=[Attention.account_id], set_=values)
    )
    waiting = in_order(Alert, Alert.account_id == account_id, Alert.rings_at.is_not(None))
    db.session.execute(
        update(Alert).where(Alert.id.in_(waiting)).values(rings_at=now).execution_options(synchronize_session=False)
    )


def announce_reach(changed: DeliveryChanged) -> None:
    """What becomes of a digest becomes of all that it announced."""
    behind = db.session.scalars(select(Alert.subject_id).where(Alert.digest_id.in_(changed.subject_ids))).all()
    for subject_id in (*changed.subject_ids, *behind):
        announce(ReachChanged(subject_id))
