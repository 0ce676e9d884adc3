"""What befalls a person befalls her requests: suspended while she is in hospital, taken up when she is home, ended when
she dies. Nobody loses what was agreed, and whoever was to come is told in time.

What becomes of offers and visits is heard from here by the rooms above: `CareHalted`, `CareResumed`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from app.accounts.models import Account
from app.audit.actions import record
from app.care_requests import carers, rules
from app.care_requests.actions import lock, move, note, owe_tasks, start_by
from app.care_requests.models import CareRequest, Step
from app.care_requests.queries import open_for, tasks_of
from app.care_requests.rules import TAKEN, State, Verb
from app.care_requests.words import ENDED
from app.core.db import db
from app.core.events import announce
from app.directory.queries import accounts_of
from app.language.phrases import kept
from app.stays.actions import BackHome, DeathUndone, Died, ExitExpected, Hospitalised, MovedAway, News, tell


@dataclass(frozen=True)
class CareHalted:
    """Nobody is to be asked for it, nor to come, until further notice; or ever, where its state says so."""

    request: CareRequest
    now: datetime


@dataclass(frozen=True)
class CareResumed:
    """It goes on from the state in which it is. `ended_at`: when it was ended by mistake; none if it was suspended."""

    request: CareRequest
    now: datetime
    ended_at: datetime | None = None


def suspend(fact: Hospitalised) -> None:
    touched, by = [], db.session.get_one(Account, fact.news.by)
    for request in _locked(each.id for each in open_for(fact.patient_id)):
        about = request.state, request.profession, request.organization_id
        written = request.rulebook.after.opinion_hours  # Nobody comes: a written opinion is as useful at the hospital.
        if written or not rules.waits_for_return(*about, fact.organization_id):
            continue
        already, request.stay_id = request.stay_id, fact.stay_id
        if already is None:
            request.changed_at = fact.news.now
            note(request, "suspend", by=by, now=fact.news.now)
            announce(CareHalted(request, fact.news.now))
        touched.append(request)
    _tell(touched, fact.news)


def resume(fact: BackHome) -> None:
    """Searches go on with those who have not said no; an hour that has passed is to be proposed again."""
    now, by = fact.news.now, db.session.get_one(Account, fact.news.by)
    # By the stay as well: of two records that were one and are two again, one may hold the stay, the other the request.
    hers = CareRequest.patient_id == fact.patient_id, CareRequest.stay_id == fact.news.subject_id
    waiting = select(CareRequest.id).where(or_(*hers), CareRequest.stay_id.is_not(None))
    touched = list(_locked(db.session.scalars(waiting).all()))
    for request in touched:
        request.stay_id, request.changed_at = None, now
        note(request, "resume", by=by, now=now)
        _give_time(request, now)
        announce(CareResumed(request, now))
    _tell(touched, fact.news)


def _give_time(request: CareRequest, now: datetime) -> None:
    """None of it is late because of the time in hospital: who is looked for, or comes, has as long as was meant."""
    request.window_end = max(request.window_end, now + (request.window_end - request.window_start))
    if request.state is State.SEARCHING:
        request.answer_by = max(request.answer_by, request.search.answer_by(request.window_end, now))
        request.next_move_at = now
    elif request.state in (State.ACCEPTED, State.SCHEDULED):
        request.start_by = start_by(request, now)


def end(fact: Died) -> None:
    now, by = fact.news.now, db.session.get_one(Account, fact.news.by)
    touched = []
    for request in _locked(each.id for each in open_for(fact.patient_id)):
        if move(request, Verb.CANCEL, by=by, detail=kept(ENDED), now=now):
            announce(CareHalted(request, now))
            touched.append(request)
    _tell(touched, fact.news)


def restore(fact: DeathUndone) -> None:
    """Each request that the mistake ended is again what it was, which its own steps say."""
    ended = select(Step.request_id).join(CareRequest, CareRequest.id == Step.request_id)
    so = CareRequest.patient_id == fact.patient_id, Step.kind == Verb.CANCEL.value, Step.at == fact.said_at
    touched = [each for each in _locked(db.session.scalars(ended.where(*so)).all()) if each.state is State.CANCELLED]
    for request in touched:
        _take_back(request, fact)
    _tell(touched, fact.news)


def _take_back(request: CareRequest, fact: DeathUndone) -> None:
    """The one way out of `cancelled`: no verb leads there."""
    now, by = fact.news.now, db.session.get_one(Account, fact.news.by)
    request.state, request.changed_at = _state_before(request, fact.said_at), now
    _give_time(request, now)
    note(request, "restored", by=by, state=request.state, now=now)
    ends: dict[str, Any] = {"from": State.CANCELLED, "to": request.state}
    record("request.moved", request, by, now=now, **ends)
    carers.join_asker(request, now)
    if request.state in TAKEN:
        carers.join_performer(request, by=by.id, now=now)
        owe_tasks(request, now, {task.slug for task in tasks_of(request.id)})
    announce(CareResumed(request, now, ended_at=fact.said_at))


def _state_before(request: CareRequest, ended_at: datetime) -> State:
    before = Step.request_id == request.id, Step.state.is_not(None), Step.at <= ended_at, Step.state != State.CANCELLED
    states = db.session.scalars(select(Step.state).where(*before).order_by(Step.at.desc(), Step.id.desc()).limit(1))
    return next(state for state in states if state)


def tell_performers(fact: ExitExpected | MovedAway) -> None:
    """Whoever comes, or was to, or asked for it hears of it as the usual carers do."""
    _tell(open_for(fact.patient_id), fact.news)


def _locked(ids: Iterable[UUID]) -> Iterable[CareRequest]:
    return (lock(request_id) for request_id in sorted(ids))


def _tell(requests: Iterable[CareRequest], news: News) -> None:
    roles = {request.performer_id for request in requests if request.performer_id}
    performers = {account for accounts in accounts_of(roles).values() for account in accounts}
    tell(performers | {request.author_id for request in requests}, news)
