"""The fence around a row that is being sent: only whoever holds its lease may say what became of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, update

from app.core.db import db
from app.push.models import Message, MessageState
from app.push.rules import Verdict


def held(message_id: UUID, lease_token: str) -> tuple[ColumnElement[bool], ...]:
    """True of the row as long as nobody stopped it, and no other worker took it over."""
    return Message.id == message_id, Message.lease_token == lease_token, Message.state == MessageState.LEASED


def finish(message_id: UUID, lease_token: str, verdict: Verdict, status: int | None, now: datetime) -> bool:
    """Write what became of an attempt and give the lease back; False, and nothing written, when it was lost."""
    written = (
        update(Message)
        .where(*held(message_id, lease_token))
        .values(
            state=MessageState(verdict.state),
            due_at=verdict.due_at or Message.due_at,
            lease_token=None,
            lease_until=None,
            last_status=status,
            sent_at=now if verdict.state == "sent" else Message.sent_at,
        )
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    )
    return db.session.execute(written).first() is not None
