"""What an acceptance sets going, as the pathway says: tasks, copies, the usual professional."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select

from app.accounts.models import Account
from app.care_requests import words
from app.care_requests.journal import add_step, touch
from app.care_requests.models import CareRequest, CareTask, InformationCopy
from app.care_requests.rules import Verb
from app.core.db import db
from app.directory import queries as directory
from app.live.actions import changed
from app.messages import actions as messages
from app.patients import queries as patients
from app.patients.actions import set_usual

NEWS_LIFE = timedelta(hours=24)
"""How long news that expects no answer is worth delivering."""


def follow(request: CareRequest, verb: Verb, now: datetime) -> None:
    """Do what the pathway makes follow from this move."""
    if verb is Verb.ACCEPT:
        _owe_tasks(request, now)
        _make_usual(request, now)
    elif verb in (Verb.WITHDRAW, Verb.CANCEL):
        db.session.execute(delete(CareTask).where(CareTask.request_id == request.id, CareTask.done_at.is_(None)))
    for copy in request.rulebook.after.copies:
        if copy.on == verb.value:
            _inform(request, copy.to, copy.on, copy.text, now)


def _owe_tasks(request: CareRequest, now: datetime) -> None:
    for task in request.rulebook.after.tasks:
        due_at = now + timedelta(hours=task.due_hours)
        db.session.add(
            CareTask(request_id=request.id, slug=task.slug, label=task.label, owner=task.owner, due_at=due_at)
        )


def _make_usual(request: CareRequest, now: datetime) -> None:
    usual = request.rulebook.after.usual
    if not usual or request.patient_id is None:
        return
    performer = request.performer.practitioner if request.performer else None
    practitioner = performer if usual == "performer" else directory.practitioner_of(request.author_id)
    if practitioner:
        set_usual(request.patient_id, practitioner, now=now)


def _inform(request: CareRequest, profession: str, on: str, text: str, now: datetime) -> None:
    if request.patient_id is None:
        return
    practitioner = patients.usual_practitioner(request.patient_id, profession)
    performs = request.performer is not None and request.performer.practitioner_id
    if practitioner is None or practitioner.id == performs:
        return
    copy = InformationCopy(request_id=request.id, practitioner_id=practitioner.id, on=on, text=text, at=now)
    db.session.add(copy)
    db.session.flush()
    add_step(request.id, "informed", now=now, detail=practitioner.name)
    changed("inbox", practitioner.id)
    role = practitioner.role
    for account_id in directory.accounts_of([role.id]).get(role.id, []) if role else []:
        messages.alert(account_id, copy.id, "copy", words.copy_notice(), now=now, expires_at=now + NEWS_LIFE)


def read_copies(practitioner_id: UUID, *, now: datetime) -> None:
    """The practitioner has the news before her eyes."""
    unread = select(InformationCopy).where(
        InformationCopy.practitioner_id == practitioner_id, InformationCopy.read_at.is_(None)
    )
    for copy in db.session.scalars(unread):
        copy.read_at = now


def finish_task(task: CareTask, *, by: Account, now: datetime) -> None:
    """It is done; said twice, it was done the first time."""
    if task.done_at is None:
        task.done_at, task.done_by_id = now, by.id
        add_step(task.request_id, "task", by=by, now=now, detail=task.label)
        tell_screens(task.request)


def tell_screens(request: CareRequest) -> None:
    touch(request)
    if request.performer:
        changed("inbox", request.performer.recipient_id)
