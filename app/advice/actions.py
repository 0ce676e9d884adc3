"""An opinion begins with its request, is reminded of, goes on to somebody else, and is given."""

from datetime import date, datetime
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import select

from app.accounts.models import Account
from app.advice import words
from app.advice.models import Advice
from app.advice.rules import GLANCE, TALK, TIME_FOR_ANOTHER, AdviceMove, See, Standing, look
from app.appointments import actions as appointments
from app.audit.actions import record
from app.care_requests import actions as care_requests
from app.care_requests.models import CareRequest
from app.care_requests.opening import Opened
from app.care_requests.rules import State, Verb
from app.conversations import actions as conversations
from app.conversations.queries import side_of
from app.conversations.rules import Side
from app.core.db import db
from app.directory.queries import accounts_of
from app.dispatch import actions as dispatch
from app.jobs.setbacks import one_by_one
from app.language.phrases import gettext as _
from app.language.phrases import kept
from app.language.words import date_words
from app.messages import actions as messages

COPY_ASKED = "doctor-copy"
"""The pathway's question whether the usual doctor reads the opinion too; answered `no`, she does not."""


def begin(fact: Opened) -> None:
    """A request whose pathway awaits a written opinion."""
    if fact.request.rulebook.after.opinion_hours:
        db.session.add(Advice(request_id=fact.request.id, look_at=fact.now + GLANCE))
        db.session.flush()


def give(
    request_id: UUID,
    opinion: str,
    conduct: str,
    see: See,
    see_until: date | None,
    *,
    by: Account,
    now: datetime,
    key: str = "",
) -> bool:
    """The opinion comes back to who asked, and as a copy to the usual doctor where the person wants that. Said twice,
    it was said once; False when it is not hers to say, or too late: what comes to mind later is said in the thread.

    `see_until`: of `See.BY` alone.
    """
    request = care_requests.lock(request_id)
    advice = db.session.get(Advice, request_id, populate_existing=True)
    if advice is None or side_of(request, by, now) is not Side.CARES:
        return False
    if advice.answered_at:
        return advice.author_id == by.id
    if request.state in (State.ACCEPTED, State.SCHEDULED):
        care_requests.move(request, Verb.START, by=by, now=now)
    said = "\n".join(filter(None, (conduct, see_words(see, see_until))))
    copied = request.answers.get(COPY_ASKED) != "no"
    if conversations.conclude(request_id, opinion, said, by=by, now=now, key=key, copied=copied) is None:
        return False
    advice.answered_at, advice.author_id, advice.see, advice.see_until = now, by.id, see, see_until
    advice.look_at = now + TALK
    record("advice.given", request, by, now=now, patient=request.patient_id)
    care_requests.refresh_screens(request)
    return True


def see_words(see: See, until: date | None) -> str:
    """As the report says it, in the language in which it is written: it is read whole by who gets a copy."""
    if see is See.NO:
        return ""
    if see is See.TODAY or until is None:
        return _("À voir aujourd'hui.")
    return _("À voir en consultation avant le %(day)s.", day=date_words(until))


# ---- the clock


def watch_due(now: datetime) -> int:
    """Remind, hand on, close what it is time for; returns how many were looked at."""
    due = select(Advice.request_id).where(Advice.look_at <= now).order_by(Advice.look_at, Advice.request_id).limit(100)
    return one_by_one("advice", due, _look, now)


def _look(request_id: UUID, now: datetime) -> None:
    request = care_requests.lock(request_id)
    advice = db.session.get(Advice, request_id, populate_existing=True)
    if advice is None or advice.look_at is None or advice.look_at > now:
        return
    standing = Standing(
        state=request.state,
        due_at=request.start_by,
        taken_at=request.changed_at,
        answered_at=advice.answered_at,
        reminded=advice.reminded_role_id is not None and advice.reminded_role_id == request.performer_id,
    )
    what, advice.look_at = look(standing, now)
    db.session.flush()
    if what is AdviceMove.REMIND:
        _remind(request, advice, now)
    elif what is AdviceMove.HAND_ON:
        _hand_on(request, now)
    elif what is AdviceMove.CLOSE:
        care_requests.move(request, Verb.FINISH, now=now)


def _remind(request: CareRequest, advice: Advice, now: datetime) -> None:
    advice.reminded_role_id = request.performer_id
    notice, until = replace(words.REMIND_NOTICE, path=f"advice/{request.id}"), now + care_requests.NEWS_LIFE
    accounts = accounts_of([request.performer_id]) if request.performer_id else {}
    for account in (each for held in accounts.values() for each in held):
        messages.alert(account, request.id, "opinion due", notice, now=now, expires_at=until)


def _hand_on(request: CareRequest, now: datetime) -> None:
    """Who took it says nothing: she is told that it is not hers any more, and somebody else is asked."""
    care_requests.prolong(request, now + TIME_FOR_ANOTHER)
    db.session.flush()
    if dispatch.reassign(request, by=None, now=now, reason=kept(words.NOT_GIVEN)):
        appointments.forget_time(request, now)
