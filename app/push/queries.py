"""Reading what became of the alerts."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVarTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, and_, bindparam, case, false, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute

from app.accounts.models import Account
from app.core.db import db
from app.core.timers import Due
from app.core.words import count
from app.push import attention, budget
from app.push.listeners import useful_among
from app.push.models import Alert, Attention, Message, MessageState, Subscription
from app.push.notices import DIGEST, TEST
from app.push.reachability import TEST_LIFE, TO_ANSWER, Facts, Judgement, judge
from app.push.rules import Channel

ALIVE = (
    MessageState.PENDING,
    MessageState.LEASED,
    MessageState.SENT,
    MessageState.RECEIVED,
    MessageState.SEEN,
)
CARRIED = (MessageState.SENT, MessageState.RECEIVED, MessageState.SEEN)


Rest = TypeVarTuple("Rest")


@dataclass(frozen=True)
class Funnel:
    """`alerted`: some device, mailbox or mobile is owed the message or was sent it. `received`: some device said it
    has it, or the gateway that the SMS arrived. `carrier`: the mail or, after it, the SMS that left while no device
    said so."""

    alerted: bool = False
    received: bool = False
    carrier: Channel | None = None


def _any_of(*facts: ColumnElement[bool]) -> ColumnElement[int]:
    return func.max(case((and_(*facts), 1), else_=0))


_CAME = (
    _any_of(Message.state.in_(ALIVE)),
    _any_of(Message.received_at.is_not(None)),
    _any_of(Message.received_at.is_not(None), Message.channel == Channel.PUSH),
    _any_of(Message.state.in_(CARRIED), Message.channel == Channel.EMAIL),
    _any_of(Message.state.in_(CARRIED), Message.channel == Channel.SMS),
)
_STEP = bindparam("step", type_=String)
_HELD = Alert.digest_id.is_not(None) | Alert.rings_at.is_not(None)
"""Of what waits for its time, and of what rang together with others."""
_MESSAGES = (
    select(Message.subject_id, *_CAME)
    .where(Message.subject_id.in_(bindparam("subjects", expanding=True)), Message.step == _STEP)
    .group_by(Message.subject_id)
)
_ALERTS = select(Alert.subject_id, Alert.digest_id).where(
    Alert.subject_id.in_(bindparam("subjects", expanding=True)), Alert.step == _STEP, _HELD
)


def funnel(subject_ids: Collection[UUID], step: str) -> dict[UUID, Funnel]:
    """How far the alerts of this step about each subject came. Not alerted: no way leads to her.

    A notice that replaces an alert says nothing of the alert: it may still be tried long after.
    """
    asked = {"subjects": list(subject_ids), "step": step}
    found = {subject: _funnel(*came) for subject, *came in db.session.execute(_MESSAGES, asked)}
    held = {row.subject_id: row.digest_id for row in db.session.execute(_ALERTS, asked)}
    return {subject: found.get(subject, Funnel()) for subject in subject_ids} | _funnel_of_held(held)


def beside(statement: Select[*Rest], subject: InstrumentedAttribute[UUID]) -> Select[*tuple[Any, ...]]:
    """The same rows, each with how far the alerts about its `subject` (a primary key) came: for `read_beside`."""
    return (
        statement.add_columns(*_CAME, Alert.id, Alert.digest_id)
        .outerjoin(Message, and_(Message.subject_id == subject, Message.step == _STEP))
        .outerjoin(Alert, and_(Alert.subject_id == subject, Alert.step == _STEP, _HELD))
        .group_by(subject, Alert.id)
    )


def read_beside(
    statement: Select[*tuple[Any, ...]], step: str, **asked: object
) -> list[tuple[tuple[Any, ...], Funnel]]:
    """What a statement made by `beside` finds, in one question: each row (the subject first) with its funnel. A second
    question is asked only where some rang together."""
    rows = db.session.execute(statement, {**asked, "step": step}).all()
    held = {row[0]: row[-1] for row in rows if row[-2] is not None}
    told = _funnel_of_held(held)
    found = {row[0]: row for row in rows}
    return [(row[:-7], told.get(subject) or _funnel(*row[-7:-2])) for subject, row in found.items()]


def _funnel(alerted: int, received: int, rang: int, mail: int, sms: int) -> Funnel:
    return Funnel(bool(alerted), bool(received), None if rang else _carrier(bool(mail), bool(sms)))


def _funnel_of_held(held: Mapping[UUID, UUID | None]) -> dict[UUID, Funnel]:
    """`held`: by subject, the digest in which it rang, if it did already."""
    digests = {digest for digest in held.values() if digest}
    told = funnel(digests, DIGEST) if digests else {}
    return {subject: told[digest] if digest else Funnel(alerted=True) for subject, digest in held.items()}


def _carrier(mail: bool, sms: bool) -> Channel | None:
    return Channel.SMS if sms else Channel.EMAIL if mail else None


def held(message_id: UUID) -> tuple[UUID, UUID] | None:
    """What a message is about and whose phone has it; None when unknown, or when that phone is no longer hers."""
    statement = select(Message.subject_id, Message.account_id).where(
        Message.id == message_id, Message.subscription_id.is_not(None)
    )
    found = db.session.execute(statement).first()
    return (found.subject_id, found.account_id) if found else None


def device_at(endpoint: str) -> UUID | None:
    return db.session.scalar(select(Subscription.id).where(Subscription.endpoint == endpoint))


@dataclass(frozen=True)
class Device:
    """One of a person's devices, and what can be said of it."""

    id: UUID
    name: str
    facts: Facts


_SILENCES = (
    select(func.count())
    .where(
        Message.subscription_id == Subscription.id,
        Message.sent_at > func.coalesce(Subscription.last_received_at, Subscription.created_at),
        Message.sent_at <= bindparam("had_time", type_=Message.sent_at.type),
        Message.received_at.is_(None),
    )
    .correlate(Subscription)
    .scalar_subquery()
)
"""How many messages a device was sent since its last proof, and has had time to confirm."""
_DEVICES = (
    select(
        *(Subscription.account_id, Subscription.id, Subscription.name),
        *(Subscription.created_at, Subscription.last_received_at, _SILENCES),
    )
    .where(Subscription.account_id.in_(bindparam("accounts", expanding=True)))
    .order_by(Subscription.id)
)


def devices_of(account_ids: Collection[UUID], now: datetime) -> dict[UUID, list[Device]]:
    """The devices of each of these people, the oldest first, in one query."""
    rows = db.session.execute(_DEVICES, {"accounts": list(account_ids), "had_time": now - TO_ANSWER})
    found: dict[UUID, list[Device]] = {account_id: [] for account_id in account_ids}
    for account_id, device_id, name, created_at, last_proof, silent in rows:
        found[account_id].append(Device(device_id, name, Facts(created_at, last_proof, silent)))
    return found


def judgements(account_ids: Collection[UUID], now: datetime) -> dict[UUID, Judgement]:
    """Whether each of these people can be reached, and why not."""
    devices = devices_of(account_ids, now)
    lost = _lost([account_id for account_id, found in devices.items() if not found])
    return {
        account_id: judge([device.facts for device in found], lost=account_id in lost, now=now)
        for account_id, found in devices.items()
    }


def with_devices(people: Select[*Rest], account_id: str, *order: str) -> Select[*tuple[Any, ...]]:
    """The same people, once for each device, with what `judged` needs to know of it. `account_id`: the name of the
    column with their accounts; `order`: of those by which they are ordered."""
    found = people.subquery()
    account = found.c[account_id]
    gone = select(Message.id).where(Message.account_id == account, Message.last_status.in_((404, 410))).exists()
    facts = Subscription.created_at, Subscription.last_received_at, _SILENCES, gone
    devices = select(found, *facts).outerjoin(Subscription, Subscription.account_id == account)
    return devices.order_by(*(found.c[name] for name in order), Subscription.id)


def judged(
    statement: Select[*tuple[Any, ...]], now: datetime, **asked: object
) -> dict[UUID, tuple[tuple[Any, ...], Judgement]]:
    """By account, what a statement made by `with_devices` says of the person, and whether she can be reached, in one
    question. The account comes first in each row."""
    people: dict[UUID, tuple[Any, ...]] = {}
    devices: dict[UUID, list[Facts]] = {}
    lost: set[UUID] = set()
    for account_id, *row in db.session.execute(statement, {**asked, "had_time": now - TO_ANSWER}):
        *person, created_at, last_proof, silent, gone = row
        people[account_id] = tuple(person)
        known = devices.setdefault(account_id, [])
        if created_at is not None:
            known.append(Facts(created_at, last_proof, silent))
        if gone:
            lost.add(account_id)
    return {each: (person, judge(devices[each], lost=each in lost, now=now)) for each, person in people.items()}


def _lost(account_ids: Collection[UUID]) -> set[UUID]:
    """Those of these people of whom a push service said that the device is gone for good."""
    if not account_ids:
        return set()
    gone = select(Message.account_id).where(Message.account_id.in_(account_ids), Message.last_status.in_((404, 410)))
    return set(db.session.scalars(gone.distinct()))


def last_test(account_id: UUID, now: datetime) -> list[Message]:
    """The messages of this person's latest test, one per device; none when it is over and forgotten."""
    mine = (Message.account_id == account_id, Message.step == TEST, Message.expires_at > now - TEST_LIFE)
    latest = select(Message.subject_id).where(*mine).order_by(Message.id.desc()).limit(1).scalar_subquery()
    return list(db.session.scalars(select(Message).where(Message.subject_id == latest).order_by(Message.id)))


def tester(subject_id: UUID) -> UUID | None:
    """Whose test this is, if it is one."""
    one = select(Message.account_id).where(Message.subject_id == subject_id, Message.step == TEST).limit(1)
    return db.session.scalar(one)


def to_check(now: datetime, limit: int) -> list[Subscription]:
    """Devices without any proof for a month, of people who may sign in, held until the transaction ends."""
    statement = (
        select(Subscription)
        .join(Account, Account.id == Subscription.account_id)
        .where(Subscription.check_at <= now, Account.active)
        .order_by(Subscription.check_at)
        .limit(limit)
        .with_for_update(key_share=True, of=Subscription, skip_locked=True)
    )
    return list(db.session.scalars(statement))


def any_to_check(now: datetime) -> bool:
    statement = select(Subscription.id).join(Account, Account.id == Subscription.account_id)
    return db.session.scalar(statement.where(Subscription.check_at <= now, Account.active).limit(1)) is not None


def longest_unchecked(since: datetime | None) -> Due:
    """When the check that waits longest fell due, `since` at the earliest; null without a `since`."""
    from_then = literal(since, Subscription.check_at.type)
    fell_due = case((Subscription.check_at < from_then, from_then), else_=Subscription.check_at)
    asked = select(func.min(fell_due)).join(Account, Account.id == Subscription.account_id).where(Account.active)
    return asked if since else asked.where(false())


def devices_by_key() -> dict[str, int]:
    """How many devices were subscribed with each of our keys, by fingerprint."""
    counted = select(Subscription.vapid_key, func.count().label("number")).group_by(Subscription.vapid_key)
    return {row.vapid_key: row.number for row in db.session.execute(counted)}


def left_today(account_ids: Collection[UUID], now: datetime) -> dict[UUID, int]:
    """How many more alerts of what does not press may come today; of those people only who set a limit."""
    capped = Attention.account_id.in_(account_ids), Attention.daily_cap.is_not(None)
    caps = {row.account_id: row.daily_cap or 0 for row in db.session.scalars(select(Attention).where(*capped))}
    told = budget.told_today(caps, now) if caps else {}
    return {account_id: cap - told.get(account_id, 0) for account_id, cap in caps.items()}


@dataclass(frozen=True)
class Usefulness:
    """Of `rang` alerts, how many were worth it."""

    useful: int
    rang: int

    @property
    def words(self) -> str:
        """`12 alertes utiles sur 15`"""
        return f"{count(self.useful, 'alerte utile', 'alertes utiles')} sur {self.rang}"


def usefulness(account_id: UUID, now: datetime) -> Usefulness:
    """Over the last thirty days. A digest is one alert, useful when one of its requests was."""
    told = select(Alert.subject_id, Alert.digest_id).where(
        Alert.account_id == account_id, Alert.rang_at > now - attention.LOOK_BACK
    )
    rings: dict[UUID, set[UUID]] = {}
    for row in db.session.execute(told):
        rings.setdefault(row.digest_id or row.subject_id, set()).add(row.subject_id)
    useful = useful_among(set().union(*rings.values()))
    return Usefulness(sum(not subjects.isdisjoint(useful) for subjects in rings.values()), len(rings))
