"""The watch over what was promised: what is late is said once, to the one who counts on it."""

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import func, select, union_all

from app.care_requests import actions, words
from app.care_requests.actions import NEWS_LIFE, note, refresh_screens, tell
from app.care_requests.models import CareRequest, CareTask
from app.care_requests.queries import GOES_ON
from app.care_requests.rules import State, Verb
from app.core.db import db
from app.directory import queries as directory
from app.jobs.setbacks import one_by_one
from app.jobs.timers import Due
from app.language.phrases import kept
from app.messages import actions as messages

# Of each kind of promise: its row, when it is late, and what is still true of one that nobody was told about.
SUSPENDED = select(CareRequest.id).where(CareRequest.stay_id.is_not(None))
TASKS = (
    CareTask.id,
    CareTask.due_at,
    (CareTask.done_at.is_(None), CareTask.reminded_at.is_(None), CareTask.request_id.not_in(SUSPENDED)),
)
STARTS = (
    CareRequest.id,
    CareRequest.start_by,
    (CareRequest.state.in_([State.ACCEPTED, State.SCHEDULED]), CareRequest.late_at.is_(None), GOES_ON),
)
DECISIONS = CareRequest.id, CareRequest.answer_by, (CareRequest.state == State.DRAFT,)


def watch_due(now: datetime) -> int:
    """Say what is late, once each: tasks, care that did not begin, decisions that nobody took. Returns how many."""
    late_tasks, late_starts, undecided = (
        select(row_id).where(*which).where(due_at <= now).order_by(row_id).limit(100)
        for row_id, due_at, which in (TASKS, STARTS, DECISIONS)
    )
    return (
        one_by_one("late task", late_tasks, _remind, now)
        + one_by_one("late start", late_starts, _say_late, now)
        + one_by_one("late decision", undecided, end_undecided, now)
    )


def oldest_due(_now: datetime) -> Due:
    """Since when something that is late should have been said."""
    waiting = [select(due_at.label("due_at")).where(*which) for _id, due_at, which in (TASKS, STARTS, DECISIONS)]
    return select(func.min(union_all(*waiting).subquery().c.due_at))


def _remind(task_id: UUID, now: datetime) -> None:
    task = db.session.scalar(select(CareTask).where(CareTask.id == task_id).with_for_update(key_share=True))
    if task is None or task.done_at or task.reminded_at or task.request.stay_id:
        return
    task.reminded_at = now
    request = task.request
    accounts = [request.author_id]
    if task.owner == "performer" and request.performer:
        # Who left does nothing any more: the one who asked has to know.
        accounts = directory.accounts_of([request.performer.id]).get(request.performer.id, accounts)
    notice = replace(words.TASK_NOTICE, path=f"requests/{request.id}" if task.owner == "requester" else "visits")
    for account in accounts:
        messages.alert(account, task.id, "task", notice, now=now, expires_at=now + NEWS_LIFE)
    refresh_screens(request)


def _say_late(request_id: UUID, now: datetime) -> None:
    request = db.session.scalar(select(CareRequest).where(CareRequest.id == request_id).with_for_update(key_share=True))
    if request is None or request.late_at or request.stay_id or request.state not in (State.ACCEPTED, State.SCHEDULED):
        return
    request.late_at = now
    note(request, "late", now=now)
    notice = words.LATE_OPINION_NOTICE if request.rulebook.after.opinion_hours else words.LATE_NOTICE
    tell(request.author_id, request, "late", notice, now)


def end_undecided(request_id: UUID, now: datetime) -> None:
    """No senior doctor decided while it was wanted: nobody was asked, and the one who waits must know."""
    request = actions.lock(request_id)
    if request.state is not State.DRAFT or not actions.move(
        request, Verb.CANCEL, now=now, detail=kept(words.UNDECIDED)
    ):
        return
    tell(request.author_id, request, "undecided", words.UNDECIDED_NOTICE, now)
