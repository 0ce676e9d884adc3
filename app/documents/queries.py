"""What waits for its sender, and what waits in quarantine."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from app.core.db import db
from app.documents.models import Document
from app.jobs.timers import Due


def waiting_of(account_id: UUID, now: datetime, among: Iterable[UUID] | None = None) -> Sequence[Document]:
    """What this person sent and joined to nothing yet, in the order in which it came. `among`: of these alone."""
    mine = [Document.added_by_id == account_id, Document.waits, Document.expires_at > now]
    if among is not None:
        mine.append(Document.id.in_(list(among)))
    return db.session.scalars(select(Document).where(*mine).order_by(Document.id)).all()


def in_quarantine(now: datetime, limit: int) -> Sequence[Document]:
    """What the antivirus must still see, the one that waits longest first."""
    due = select(Document).where(Document.scan_at <= now).order_by(Document.scan_at, Document.id)
    return db.session.scalars(due.limit(limit)).all()


def oldest_scan_due(now: datetime) -> Due:
    """Since when a document should have been seen by the antivirus."""
    return select(func.min(Document.scan_at)).where(Document.scan_at <= now)
