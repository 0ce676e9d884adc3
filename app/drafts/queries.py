"""What waits for a person."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from app.core.db import db
from app.drafts.models import Draft
from app.jobs.timers import Due


def of(account_id: UUID, draft_id: UUID, now: datetime) -> Draft | None:
    """A form of this very person that is still kept."""
    mine = Draft.id == draft_id, Draft.account_id == account_id, Draft.expires_at > now
    return db.session.scalar(select(Draft).where(*mine))


def newest(account_id: UUID, now: datetime) -> Draft | None:
    """The last of her forms that is still kept."""
    mine = Draft.account_id == account_id, Draft.expires_at > now
    return db.session.scalar(select(Draft).where(*mine).order_by(Draft.expires_at.desc(), Draft.id.desc()).limit(1))


def oldest_due(now: datetime) -> Due:
    """Since when a form should have been forgotten."""
    return select(func.min(Draft.expires_at)).where(Draft.expires_at <= now)
