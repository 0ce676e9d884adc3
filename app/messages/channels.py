"""The other ways to a person when no phone says that it has an urgent message: a mail, then an SMS.

Each is a row written long before it may be needed: pending until its time, stale as soon as a phone has the message
or its person has seen it. No phone left to hope for brings the time forward to now. What must speak is then owed as a
letter (`app/letters`), under whose id the row is leased until it is known what became of it.

An SMS gateway may report later, once or more often, in any order: `{"status": "delivered"}`, or smsmode's
`{"status": {"value": "DELIVERED"}, …}`. The address holds a token of this one SMS, and is all that a report can do.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import Select, and_, bindparam, exists, func, or_, select, text
from sqlalchemy.orm import aliased

from app.accounts.models import Account
from app.config import Settings
from app.core.db import db
from app.core.events import announce
from app.core.tokens import derived_token, derived_tokens, same_as_one
from app.jobs import leases
from app.jobs.setbacks import one_by_one
from app.jobs.timers import Due
from app.letters.actions import enqueue
from app.letters.kinds import Ending, Words
from app.letters.models import Letter, LetterState
from app.letters.rules import Medium
from app.messages.actions import enqueue_next_channel
from app.messages.queries import mobiles_of
from app.push.actions import lock_message, receive
from app.push.models import ALIVE, Message, MessageState
from app.push.outbox import DeliveryChanged
from app.push.rules import Channel

BATCH = 20
ARRIVED = frozenset({"delivered"})
NEVER_WILL = frozenset({"undelivered", "undeliverable", "failed", "rejected", "expired"})

UNCONFIRMED = "unconfirmed-alert"
"""The kind of these letters: their subject is the row."""


def hand_over_due(now: datetime) -> int:
    """Owe the letters whose time has come, at most `BATCH`; returns how many rows were tried. A worker item."""
    db.session.rollback()  # This look must see what was committed since the last.
    if db.session.scalar(ANYTHING, {"now": now}) is None:
        return 0
    return one_by_one("unconfirmed", due(now).limit(BATCH), hand_over, now)


def due(now: datetime) -> Select[UUID]:
    """The rows whose time has come, the most overdue first."""
    return select(Message.id).where(*_due(now)).order_by(Message.due_at)


def hand_over(message_id: UUID, now: datetime) -> None:
    """Owe the letter of this row, or say that it is too late or leads nowhere; another worker's is left to it."""
    still = select(Message).where(Message.id == message_id, *_due(now))
    row = db.session.scalar(still.with_for_update(key_share=True, of=Message, skip_locked=True))
    if row is None:
        return
    address = _address(row)
    if row.expires_at <= now or address is None:
        row.state = MessageState.EXPIRED if row.expires_at <= now else MessageState.FAILED
        enqueue_next_channel(row, now)
        announce(DeliveryChanged([row.subject_id]))
        return
    medium = Medium(row.channel.value)
    letter = enqueue(UNCONFIRMED, row.id, address, medium=medium, now=now, expires_at=row.expires_at)
    row.state, row.lease_token = MessageState.LEASED, str(letter.id)


def compose(letter: Letter, _now: datetime) -> Words | None:
    """That something waits in Relais, and nothing of what; None when it does not any more."""
    settings: Settings = current_app.config["SETTINGS"]
    row = db.session.scalar(select(Message).where(*leases.under_lease(Message, letter.subject_id, str(letter.id))))
    if row is None:
        return None
    words: str = row.payload["text"]
    if letter.medium is Medium.SMS:
        return Words(f"{words} {settings.base_url}", report=report_address(row.id, settings.base_url))
    return Words(f"{words}\n{settings.base_url}\n", subject=words.partition(".")[0])


def note_ending(ending: Ending) -> None:
    """What became of it, unless it was stopped meanwhile; and the channel that comes next."""
    state = MessageState(ending.state.value)
    left = ending.at if ending.state is LetterState.SENT else Message.sent_at
    ended: dict[str, Any] = {"attempts": ending.attempts, "last_status": ending.status, "sent_at": left}
    if leases.settle(Message, ending.subject_id, str(ending.letter_id), state, **ended):
        row = db.session.get_one(Message, ending.subject_id, populate_existing=True)
        enqueue_next_channel(row, ending.at)
        announce(DeliveryChanged([row.subject_id]))


def oldest_due(_now: datetime) -> Due:
    waiting = NOT_PUSH, Message.state == MessageState.PENDING
    return select(func.min(Message.due_at)).where(*waiting)


def _address(row: Message) -> str | None:
    account = db.session.get(Account, row.account_id)
    if account is None or not account.active:
        return None
    return mobiles_of([account.id]).get(account.id) if row.channel is Channel.SMS else account.email


NOT_PUSH = text("push_message.channel <> 'push'")
"""As the index says it: SQLite knows it again in these words only."""


def _due(now: Any) -> tuple[Any, ...]:
    """Its time has come; or nothing else about the same subject can still reach this person."""
    other = aliased(Message, name="other")
    hope = exists().where(
        other.subject_id == Message.subject_id,
        other.step == Message.step,
        other.id != Message.id,
        other.state.in_(ALIVE),
    )
    return (
        NOT_PUSH,
        Message.channel.in_((Channel.EMAIL, Channel.SMS)),
        Message.state == MessageState.PENDING,
        or_(Message.due_at <= now, Message.expires_at <= now, and_(Message.attempts == 0, ~hope)),
    )


# Asked every few seconds, so it is put into words once.
ANYTHING = select(Message.id).where(*_due(bindparam("now", type_=Message.due_at.type))).limit(1)


def report_sms(message_id: UUID, arrived: bool | None, now: datetime) -> bool:
    """The gateway says what became of an SMS; False when there is no such SMS. Said twice or late, it changes nothing:
    only what left can fail, and nothing undoes that it arrived."""
    message = lock_message(message_id)
    if message is None or message.channel is not Channel.SMS:
        return False
    if arrived:
        return receive(message_id, now)
    if arrived is False and message.state in (MessageState.LEASED, MessageState.SENT):
        message.state = MessageState.FAILED
        message.lease_token = message.lease_until = None
        announce(DeliveryChanged([message.subject_id]))
    return True


def arrived(report: object) -> bool | None:
    """Whether the telephone has the SMS; None while that is not known. ValueError: this is no report."""
    status = report.get("status") if isinstance(report, dict) else None
    status = status.get("value") if isinstance(status, dict) else status
    if not isinstance(status, str):
        raise ValueError("a report has a status")
    return True if status.lower() in ARRIVED else False if status.lower() in NEVER_WILL else None


def report_token(message_id: UUID) -> str:
    return derived_token("sms-report", str(message_id))


def report_token_matches(message_id: UUID, token: str) -> bool:
    return same_as_one(token, derived_tokens("sms-report", str(message_id)))


def report_address(message_id: UUID, base_url: str) -> str:
    return f"{base_url}/push/sms-reports/{message_id}/{report_token(message_id)}"
