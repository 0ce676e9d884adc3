"""Reading what people wish, what they were told, and whether they can be reached."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVarTuple
from uuid import UUID

from sqlalchemy import Select, bindparam, func, select

from app import clock
from app.core.db import db, rows
from app.core.events import provider
from app.language.phrases import ngettext
from app.letters.rules import is_mobile
from app.messages import rules
from app.messages.models import TEST, Alert, Attention
from app.messages.reachability import TEST_LIFE, TO_ANSWER, DeviceFacts, Judgement, judge
from app.messages.rules import Wishes
from app.push.models import Message, Subscription

Rest = TypeVarTuple("Rest")


@provider
def numbers_of(account_ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Where these people's SMS go (E.164), as far as it is known."""
    return {}


@provider
def useful_among(subject_ids: Collection[UUID]) -> Collection[UUID]:
    """Which of these alerts were worth ringing for."""
    return ()


def mobiles_of(account_ids: Collection[UUID]) -> dict[UUID, str]:
    """The mobile numbers (E.164) of those of these people of whom one is known."""
    found = numbers_of(account_ids) if account_ids else {}
    return {account_id: number for account_id, number in found.items() if is_mobile(number)}


def wishes_of(account_id: UUID) -> Wishes:
    row = db.session.get(Attention, account_id)
    return row.wishes if row else Wishes()


def ring_times(account_ids: Collection[UUID], now: datetime) -> dict[UUID, datetime]:
    """When what does not press may ring for each of these people."""
    rows = db.session.scalars(select(Attention).where(Attention.account_id.in_(account_ids)))
    wishes = {row.account_id: row.wishes for row in rows}
    so_far = alerts_today(wishes, now) if wishes else {}
    return {
        each: rules.rings_at(wishes.get(each, Wishes()), so_far.get(each, 0), now, clock.PARIS) for each in account_ids
    }


def free_again_at(account_id: UUID, now: datetime) -> datetime:
    """The same for what has waited for company already."""
    wishes = wishes_of(account_id)
    return rules.free_at(wishes, alerts_today([account_id], now).get(account_id, 0), now, clock.PARIS)


def alerts_today(account_ids: Collection[UUID], now: datetime) -> dict[UUID, int]:
    """How often each of these people was alerted since midnight in Paris; a digest is one alert."""
    rang = func.coalesce(Alert.digest_id, Alert.subject_id)
    counted = (
        select(Alert.account_id, func.count(rang.distinct()).label("number"))
        .where(Alert.account_id.in_(account_ids), Alert.rang_at >= rules.day_begins(now, clock.PARIS))
        .group_by(Alert.account_id)
    )
    return {row.account_id: row.number for row in db.session.execute(counted)}


@dataclass(frozen=True)
class Device:
    """One of a person's devices, and what can be said of it."""

    id: UUID
    name: str
    facts: DeviceFacts


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
    found: dict[UUID, list[Device]] = {account_id: [] for account_id in account_ids}
    devices = rows(_DEVICES, accounts=list(account_ids), had_time=now - TO_ANSWER)
    for account_id, device_id, name, created_at, last_proof, silent in devices:
        found[account_id].append(Device(device_id, name, DeviceFacts(created_at, last_proof, silent)))
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
    """The same people, once for each device, with what `read_judgements` needs of it. `account_id`: the name of the
    column with their accounts; `order`: of those by which they are ordered."""
    found = people.subquery()
    account = found.c[account_id]
    gone = select(Message.id).where(Message.account_id == account, Message.last_status.in_((404, 410))).exists()
    facts = Subscription.created_at, Subscription.last_received_at, _SILENCES, gone
    devices = select(found, *facts).outerjoin(Subscription, Subscription.account_id == account)
    return devices.order_by(*(found.c[name] for name in order), Subscription.id)


def read_judgements(
    statement: Select[*tuple[Any, ...]], now: datetime, **asked: object
) -> dict[UUID, tuple[tuple[Any, ...], Judgement]]:
    """By account, what a statement made by `with_devices` says of the person, and whether she can be reached, in one
    question. The account comes first in each row."""
    people: dict[UUID, tuple[Any, ...]] = {}
    devices: dict[UUID, list[DeviceFacts]] = {}
    lost: set[UUID] = set()
    for account_id, *row in rows(statement, **asked, had_time=now - TO_ANSWER):
        *person, created_at, last_proof, silent, gone = row
        people[account_id] = tuple(person)
        known = devices.setdefault(account_id, [])
        if created_at is not None:
            known.append(DeviceFacts(created_at, last_proof, silent))
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


def left_today(account_ids: Collection[UUID], now: datetime) -> dict[UUID, int]:
    """How many more alerts of what does not press may come today; of those people only who set a limit."""
    capped = Attention.account_id.in_(account_ids), Attention.daily_cap.is_not(None)
    caps = {row.account_id: row.daily_cap or 0 for row in db.session.scalars(select(Attention).where(*capped))}
    so_far = alerts_today(caps, now) if caps else {}
    return {account_id: cap - so_far.get(account_id, 0) for account_id, cap in caps.items()}


@dataclass(frozen=True)
class Usefulness:
    """Of `rang` alerts, how many were worth it."""

    useful: int
    rang: int

    @property
    def words(self) -> str:
        """`En 30 jours : 17 alertes, vous avez répondu à 7.`"""
        return ngettext(
            "En 30 jours : %(num)s alerte, vous avez répondu à %(useful)s.",
            "En 30 jours : %(num)s alertes, vous avez répondu à %(useful)s.",
            self.rang,
            useful=self.useful,
        )


def usefulness(account_id: UUID, now: datetime) -> Usefulness:
    """Over the last thirty days. A digest is one alert, useful when one of its requests was."""
    rang = select(Alert.subject_id, Alert.digest_id).where(
        Alert.account_id == account_id, Alert.rang_at > now - rules.LOOK_BACK
    )
    rings: dict[UUID, set[UUID]] = {}
    for row in db.session.execute(rang):
        rings.setdefault(row.digest_id or row.subject_id, set()).add(row.subject_id)
    useful = useful_among(set().union(*rings.values()))
    return Usefulness(sum(not subjects.isdisjoint(useful) for subjects in rings.values()), len(rings))
