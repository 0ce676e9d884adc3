"""What the clock does with folders: the référent is asked, on the day, to look at hers again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from app.core.db import db
from app.folders import team, words
from app.folders.actions import lock, note
from app.folders.models import Folder
from app.folders.queries import WITH_ITS_RECORD
from app.folders.rules import FolderState
from app.jobs.setbacks import one_by_one
from app.jobs.timers import Due


def review_due(now: datetime) -> int:
    """Ask once for each; returns how many."""
    due = select(Folder.id).where(Folder.ask_at <= now, ~WITH_ITS_RECORD).order_by(Folder.ask_at, Folder.id).limit(100)
    return one_by_one("folder to review", due, _ask, now)


def oldest_due(_now: datetime) -> Due:
    """Since when a référent should have been asked."""
    return select(func.min(Folder.ask_at)).where(~WITH_ITS_RECORD)


def _ask(folder_id: UUID, now: datetime) -> None:
    folder = lock(folder_id)
    if folder.ask_at is None or folder.ask_at > now or folder.state is not FolderState.OPEN:
        return
    folder.ask_at, folder.asked_at = None, now
    db.session.flush()
    note(folder, "to-review", now=now)
    step = f"review {folder.review_on.isoformat()}"
    team.alert(team.who_leads(folder), folder.id, step, words.REVIEW_NOTICE, folder, now)
