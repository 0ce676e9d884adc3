"""Reading devices and what they were sent."""

from uuid import UUID

from sqlalchemy import func, select

from app.core.db import db
from app.push.models import Message, Subscription


def device_at(endpoint: str) -> UUID | None:
    return db.session.scalar(select(Subscription.id).where(Subscription.endpoint == endpoint))


def subject_and_reader(message_id: UUID) -> tuple[UUID, UUID] | None:
    """What a message is about and whose phone has it; None when unknown, or when that phone is no longer hers."""
    statement = select(Message.subject_id, Message.account_id).where(
        Message.id == message_id, Message.subscription_id.is_not(None)
    )
    found = db.session.execute(statement).first()
    return (found.subject_id, found.account_id) if found else None


def devices_by_key() -> dict[str, int]:
    """How many devices were subscribed with each of our keys, by fingerprint."""
    counted = select(Subscription.vapid_key, func.count().label("number")).group_by(Subscription.vapid_key)
    return {row.vapid_key: row.number for row in db.session.execute(counted)}
