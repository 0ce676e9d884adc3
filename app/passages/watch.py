"""What the clock does with passages that nobody spoke of, and with series that go on."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, union_all

from app.care_requests import actions as care_requests
from app.care_requests.actions import NEWS_LIFE
from app.care_requests.models import CareRequest
from app.care_requests.rules import OPEN
from app.core.db import db
from app.directory.queries import accounts_of
from app.jobs.setbacks import one_by_one
from app.jobs.timers import Due
from app.messages import actions as messages
from app.passages import words
from app.passages.actions import refresh_plan, worry
from app.passages.models import Passage
from app.passages.rules import PassageState

UNSAID = (
    Passage.id,
    Passage.say_by,
    (Passage.state == PassageState.PLANNED, Passage.asked_at.is_(None), Passage.held.is_(False)),
)
SERIES = CareRequest.id, CareRequest.more_at, (CareRequest.state.in_(OPEN),)


def watch_due(now: datetime) -> int:
    """Ask once what became of a passage, and write series on; returns how many."""
    unsaid, series = (
        select(row_id).where(*which).where(due_at <= now).order_by(row_id).limit(100)
        for row_id, due_at, which in (UNSAID, SERIES)
    )
    return one_by_one("unsaid passage", unsaid, _ask, now) + one_by_one("series", series, _write_on, now)


def oldest_due(_now: datetime) -> Due:
    """Since when a passage should have been asked for, or a series written on."""
    waiting = [select(due_at.label("due_at")).where(*which) for _id, due_at, which in (UNSAID, SERIES)]
    return select(func.min(union_all(*waiting).subquery().c.due_at))


def _ask(passage_id: UUID, now: datetime) -> None:
    request_id = db.session.scalar(select(Passage.request_id).where(Passage.id == passage_id))
    if request_id is None:
        return
    request = care_requests.lock(request_id)
    passage = db.session.get(Passage, passage_id, populate_existing=True)
    if passage is None or passage.state is not PassageState.PLANNED or passage.asked_at or passage.held:
        return
    passage.asked_at = now
    db.session.flush()
    for account in accounts_of([passage.role_id]).get(passage.role_id, []):
        messages.alert(account, passage.id, "passage", words.ASK_NOTICE, now=now, expires_at=now + NEWS_LIFE)
    worry(passage, request, now)
    refresh_plan(request, passage.plan_id)


def _write_on(request_id: UUID, now: datetime) -> None:
    request = care_requests.lock(request_id)
    if request.more_at and request.more_at <= now and request.state in OPEN:
        care_requests.write_on(request, now)
