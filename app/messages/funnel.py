"""How far what was said came: alerted, received, carried by another channel."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeVarTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, and_, bindparam, case, func, select
from sqlalchemy.orm import InstrumentedAttribute

from app.core.db import rows
from app.messages.models import DIGEST, Alert
from app.push.models import ALIVE, CARRIED, Message
from app.push.rules import Channel

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
_WAITING_OR_GROUPED = Alert.digest_id.is_not(None) | Alert.rings_at.is_not(None)
"""Of what waits for its time, and of what rang together with others."""
_MESSAGES = (
    select(Message.subject_id, *_CAME)
    .where(Message.subject_id.in_(bindparam("subjects", expanding=True)), Message.step == _STEP)
    .group_by(Message.subject_id)
)
_ALERTS = select(Alert.subject_id, Alert.digest_id).where(
    Alert.subject_id.in_(bindparam("subjects", expanding=True)), Alert.step == _STEP, _WAITING_OR_GROUPED
)


def funnel(subject_ids: Collection[UUID], step: str) -> dict[UUID, Funnel]:
    """How far the alerts of this step about each subject came. Not alerted: no way leads to her.

    A notice that replaces an alert says nothing of the alert: it may still be tried long after.
    """
    asked = {"subjects": list(subject_ids), "step": step}
    found = {subject: _funnel(*came) for subject, *came in rows(_MESSAGES, **asked)}
    digest_of = {row.subject_id: row.digest_id for row in rows(_ALERTS, **asked)}
    return {subject: found.get(subject, Funnel()) for subject in subject_ids} | _funnel_of_alerts(digest_of)


def beside(statement: Select[*Rest], subject: InstrumentedAttribute[UUID]) -> Select[*tuple[Any, ...]]:
    """The same rows, each with how far the alerts about its `subject` (a primary key) came: for `read_beside`."""
    return (
        statement.add_columns(*_CAME, Alert.id, Alert.digest_id)
        .outerjoin(Message, and_(Message.subject_id == subject, Message.step == _STEP))
        .outerjoin(Alert, and_(Alert.subject_id == subject, Alert.step == _STEP, _WAITING_OR_GROUPED))
        .group_by(subject, Alert.id)
    )


def read_beside(
    statement: Select[*tuple[Any, ...]], step: str, **asked: object
) -> list[tuple[tuple[Any, ...], Funnel]]:
    """What a statement made by `beside` finds, in one question: each row (the subject first) with its funnel. A second
    question is asked only where some rang together."""
    found = {row[0]: row for row in rows(statement, **asked, step=step)}
    from_alerts = _funnel_of_alerts({subject: row[-1] for subject, row in found.items() if row[-2] is not None})
    return [(row[:-7], from_alerts.get(subject) or _funnel(*row[-7:-2])) for subject, row in found.items()]


def _funnel(alerted: int, received: int, rang: int, mail: int, sms: int) -> Funnel:
    return Funnel(bool(alerted), bool(received), None if rang else _carrier(bool(mail), bool(sms)))


def _funnel_of_alerts(digest_of: Mapping[UUID, UUID | None]) -> dict[UUID, Funnel]:
    """`digest_of`: by subject, the digest in which it rang, if it did already."""
    digests = {digest for digest in digest_of.values() if digest}
    funnels = funnel(digests, DIGEST) if digests else {}
    return {subject: funnels[digest] if digest else Funnel(alerted=True) for subject, digest in digest_of.items()}


def _carrier(mail: bool, sms: bool) -> Channel | None:
    return Channel.SMS if sms else Channel.EMAIL if mail else None
