"""Reading what became of the alerts."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import case, func, select

from app.core.db import db
from app.push.models import Message, MessageState

ALIVE = (MessageState.PENDING, MessageState.LEASED, MessageState.SENT, MessageState.RECEIVED)


@dataclass(frozen=True)
class Funnel:
    """`alerted`: some device is owed the message or was sent it. `received`: some device said it has it."""

    alerted: bool = False
    received: bool = False


def funnel(subject_ids: Collection[UUID], step: str) -> dict[UUID, Funnel]:
    """How far the alerts of this step about each subject came, in one query. Not alerted: no phone can be reached.

    A notice that replaces an alert says nothing of the alert: it may still be tried long after.
    """
    rows = db.session.execute(
        select(
            Message.subject_id,
            func.max(case((Message.state.in_(ALIVE), 1), else_=0)),
            func.max(case((Message.received_at.is_not(None), 1), else_=0)),
        )
        .where(Message.subject_id.in_(subject_ids), Message.step == step)
        .group_by(Message.subject_id)
    )
    found = {subject: Funnel(bool(alerted), bool(received)) for subject, alerted, received in rows}
    return {subject: found.get(subject, Funnel()) for subject in subject_ids}


def message_subject(message_id: UUID) -> UUID | None:
    """What a message is about; None for an unknown id."""
    return db.session.scalar(select(Message.subject_id).where(Message.id == message_id))


def message_account(message_id: UUID) -> UUID | None:
    """Whose phone got the message; None for an unknown id."""
    return db.session.scalar(select(Message.account_id).where(Message.id == message_id))
