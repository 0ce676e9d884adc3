"""An alert was worth ringing for when its offer was answered, whatever the answer, or its message was read."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select, union_all

from app.conversations.models import Receipt
from app.core.db import db
from app.dispatch.models import Offer


def answered_among(subject_ids: Collection[UUID]) -> list[UUID]:
    answered = select(Offer.id).where(Offer.id.in_(subject_ids), Offer.answered_at.is_not(None))
    read = select(Receipt.id).where(Receipt.id.in_(subject_ids), Receipt.seen_at.is_not(None))
    return list(db.session.scalars(union_all(answered, read)))
