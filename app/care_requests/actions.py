"""Moving a request, and what follows: the only ways a request's row is ever changed once it is open."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import ColumnElement, CursorResult, delete, select, update
from sqlalchemy.orm import selectinload

from app import clock
from app.accounts.models import Account
from app.audit.actions import record
from app.care_requests import carers, words
from app.care_requests.models import CareRequest, CareTask, InformationCopy, Step
from app.care_requests.queries import GOES_ON, coordinator_for, family
from app.care_requests.rules import (
    AHEAD,
    OPEN,
    SEARCHES,
    TAKEN,
    TRANSITIONS,
    WHILE_SUSPENDED,
    WRITE_MORE,
    Rhythm,
    State,
    Verb,
    Visit,
    read_rhythm,
    read_visits,
)
from app.circles import queries as circles
from app.circles.actions import set_usual
from app.circles.models import Told, Usual
from app.consents.objections import turns_away
from app.core.db import append, db
from app.core.events import announce
from app.directory import queries as directory
from app.directory.models import PractitionerRole
from app.language.phrases import kept, later
from app.language.words import date_words
from app.live.actions import changed
from app.messages import actions as messages
from app.messages.models import Notice
from app.organizations.queries import territory_of


@dataclass(frozen=True)
class PlanMoved:
    """Who comes when has changed: a request with a plan was taken, given back or ended, or its plan is another."""

    request: CareRequest
    now: datetime


NEWS_LIFE = timedelta(hours=24)
"""How long news that expects no answer is worth delivering."""

REVIEWED_AT = timedelta(hours=9)
"""After midnight, on the day of a review."""


def lock(request_id: UUID) -> CareRequest:
    """The request, fresh, and nobody else's to move until the transaction ends."""
    statement = select(CareRequest).where(CareRequest.id == request_id).with_for_update(key_share=True)
    return db.session.scalars(statement.execution_options(populate_existing=True)).one()


def lock_due(request_ids: Sequence[UUID], now: datetime) -> Sequence[CareRequest]:
    """Like `lock`, but only those whose next move is still due and that no other worker has; the longest due first."""
    statement = (
        select(CareRequest)
        .where(
            CareRequest.id.in_(request_ids),
            CareRequest.next_move_at <= now,
            CareRequest.state == State.SEARCHING,
            GOES_ON,
        )
        .order_by(CareRequest.next_move_at, CareRequest.id)
        .options(selectinload(CareRequest.commune), selectinload(CareRequest.chosen))
        .with_for_update(key_share=True, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(statement).all()


def plan_next_move(request: CareRequest, at: datetime) -> None:
    """Come back to this search, which is locked, at `at`; unless nobody is looked for any more."""
    if request.state is State.SEARCHING:
        request.next_move_at = at


def move(
    request: CareRequest,
    verb: Verb,
    *,
    now: datetime,
    by: Account | None = None,
    detail: str = "",
    performer: PractitionerRole | None = None,
) -> bool:
    """Say `verb` of this request; False when another was faster and it cannot be said any more.

    One conditional UPDATE decides: whatever this process believed, the row's own state does.
    """
    values = _values(request, verb, performer, now)
    allowed: list[ColumnElement[bool]] = [] if verb in WHILE_SUSPENDED else [GOES_ON]
    if verb is Verb.ACCEPT and performer is not None:
        allowed.append(~turns_away(CareRequest.patient_id, performer))
    moved = next((way for way in _ways(verb) if _moved(request.id, *way, values, *allowed)), None)
    if moved is None:
        return False
    db.session.refresh(request)
    ends: dict[str, Any] = dict(zip(("from", "to"), moved, strict=True))
    note(request, verb.value, by=by, state=moved[1], detail=detail, now=now)
    record("request.moved", request, by, now=now, **ends)
    _follow(request, verb, by, now)
    carers.end_relations(request, verb, moved[0], now)
    if request.visits:
        announce(PlanMoved(request, now))
    return True


def _values(request: CareRequest, verb: Verb, performer: PractitionerRole | None, now: datetime) -> dict[str, object]:
    """What else changes with this verb."""
    values: dict[str, object] = {"changed_at": now, "next_move_at": None}
    if verb in SEARCHES:
        values["next_move_at"] = now
        if verb is not Verb.RELAUNCH:  # Whoever relaunches says until when; anything else must not end at once.
            values["answer_by"] = request.search.answer_by(request.window_end, now, until=request.answer_by)
    if verb in ENDS:
        values["stay_id"] = None
    if verb is Verb.ACCEPT and performer is not None:
        values |= {"performer_id": performer.id, "late_at": None, "start_by": start_by(request, now)}
    elif verb is Verb.LAPSE:
        values |= {"late_at": None, "start_by": start_by(request, now)}
    elif verb in (Verb.WITHDRAW, Verb.RELAUNCH):
        values["performer_id"] = values["start_by"] = None
    elif verb is Verb.EXHAUST:
        values["coordinator_id"] = coordinator_for(request)
    return values


ENDS = frozenset(verb for (_state, verb), target in TRANSITIONS.items() if target not in OPEN)


def start_by(request: CareRequest, now: datetime) -> datetime:
    """When the care must have begun, of a request that somebody has from now on. A written opinion is due as its asker
    wished it, and as many hours after it was asked as the pathway says at the latest; whoever comes late has a day."""
    after = request.rulebook.after
    if not after.opinion_hours:
        return now + timedelta(hours=after.start_hours)
    due = min(request.created_at + timedelta(hours=after.opinion_hours), request.window_end)
    return max(due, now + A_DAY)


A_DAY = timedelta(days=1)


def prolong(request: CareRequest, until: datetime) -> None:
    """The care is wanted longer than was said: whoever is looked for from now on has the time to answer."""
    request.window_end = max(request.window_end, until)


def _ways(verb: Verb) -> list[tuple[State, State]]:
    return [(source, target) for (source, said), target in TRANSITIONS.items() if said is verb]


def _moved(
    request_id: UUID, source: State, target: State, values: dict[str, object], *allowed: ColumnElement[bool]
) -> bool:
    statement = update(CareRequest).where(CareRequest.id == request_id, CareRequest.state == source, *allowed)
    result = db.session.execute(statement.values(state=target, **values))
    return cast(CursorResult[object], result).rowcount == 1


def _follow(request: CareRequest, verb: Verb, by: Account | None, now: datetime) -> None:
    """Do what the pathway makes follow from this move."""
    if verb is Verb.ACCEPT:
        carers.join_performer(request, by=by.id if by else None, now=now)
        owe_tasks(request, now)
        _make_usual(request, now)
    elif verb in (Verb.WITHDRAW, Verb.CANCEL):
        db.session.execute(delete(CareTask).where(CareTask.request_id == request.id, CareTask.done_at.is_(None)))
    elif verb is Verb.FINISH:
        _move_review(request, None)  # Nothing is left to look at again.
    for copy in request.rulebook.after.copies:
        if copy.on == verb.value and not (verb is Verb.FINISH and _goes_on_elsewhere(request)):
            inform(request, copy.to, copy.on, copy.text, now)


def _goes_on_elsewhere(request: CareRequest) -> bool:
    """One part of a shared plan has ended: its care has not."""
    others = CareRequest.id.in_(family(request)), CareRequest.id != request.id, CareRequest.state.in_(OPEN)
    return bool(request.visits) and db.session.scalar(select(CareRequest.id).where(*others).limit(1)) is not None


def owe_tasks(request: CareRequest, now: datetime, done: Collection[str] = ()) -> None:
    """What follows an acceptance; `done`: the slugs of what was done of it already."""
    for task in request.rulebook.after.tasks:
        if task.slug in done:
            continue
        due_at = now + timedelta(hours=task.due_hours)
        db.session.add(
            CareTask(request_id=request.id, slug=task.slug, label=task.label, owner=task.owner, due_at=due_at)
        )
    if request.review_on:
        owe_review(request, request.review_on)


REVIEW = "review"


def owe_review(request: CareRequest, review_on: date) -> None:
    """Care without an end is looked at again, by who asked for it, on the day that was said."""
    due_at = clock.midnight(review_on) + REVIEWED_AT
    label = kept(words.REVIEW)
    db.session.add(CareTask(request_id=request.id, slug=REVIEW, label=label, owner="requester", due_at=due_at))


def _make_usual(request: CareRequest, now: datetime) -> None:
    usual = request.rulebook.after.usual
    if not usual or request.patient_id is None:
        return
    performer = request.performer.practitioner if request.performer else None
    practitioner = performer if usual == "performer" else directory.practitioner_of(request.author_id)
    if practitioner:
        set_usual(request.patient_id, Usual.herself(practitioner), told=Told.GROWN, now=now)


def inform(
    request: CareRequest, profession: str, on: str, text: str, now: datetime, notice: Notice = words.COPY_NOTICE
) -> None:
    """News for the patient's usual professional of that kind, if she has one and it is not the one who comes."""
    if request.patient_id is None:
        return
    usual = circles.usual_member(request.patient_id, profession)
    performs = request.performer.practitioner_id if request.performer else None
    told = [each for each in circles.told_at(usual) if each.id != performs] if usual else []
    if usual and told:
        note(request, "informed", now=now, detail=usual.name)
    for practitioner in told:
        copy = InformationCopy(request_id=request.id, practitioner_id=practitioner.id, on=on, text=text, at=now)
        _hand_copy(copy, notice)


def _hand_copy(copy: InformationCopy, notice: Notice) -> None:
    """She reads it among what is new; her phone says that it came."""
    db.session.add(copy)
    db.session.flush()
    changed("inbox", copy.practitioner_id)
    role, until = copy.practitioner.role, copy.at + NEWS_LIFE
    for account_id in directory.accounts_of([role.id]).get(role.id, []) if role else []:
        messages.alert(account_id, copy.id, "copy", notice, now=copy.at, expires_at=until)


def reschedule(request: CareRequest, start: datetime, end: datetime, *, by: Account, now: datetime, told: str) -> None:
    """The care is wanted at another time; the search has until then. `told`: that time, for the timeline."""
    request.window_start, request.window_end = start, end
    request.answer_by = request.search.answer_by(end, now)
    request.changed_at = now
    note(request, "rescheduled", by=by, now=now, detail=told)
    plan_next_move(request, now)


def take(
    request: CareRequest,
    visits: Sequence[Visit],
    rhythm: Rhythm | None,
    now: datetime,
    review_on: date | None = None,
) -> None:
    """Only these visits are this request's from now on, and what goes on by this rhythm. `review_on`: when that is
    looked at again, if on another day than before."""
    reviewed = (review_on or request.review_on) if rhythm else None
    if reviewed != request.review_on:
        _move_review(request, reviewed)
    plan_visits(request, visits, rhythm, reviewed, now)
    db.session.flush()
    announce(PlanMoved(request, now))


def _move_review(request: CareRequest, review_on: date | None) -> None:
    """Who asked is to look at it on that day and on no other; nobody, once it has an end."""
    mine = CareTask.request_id == request.id, CareTask.slug == REVIEW, CareTask.done_at.is_(None)
    db.session.execute(delete(CareTask).where(*mine))
    if review_on and request.state in TAKEN:  # Owed from the yes on.
        owe_review(request, review_on)


def renew(request: CareRequest, review_on: date, *, by: Account, now: datetime) -> None:
    """Care without an end goes on as it is, until it is looked at again on that day."""
    told = kept(later("à revoir le %(day)s", day=date_words(review_on, "d MMMM")))
    note(request, "renewed", by=by, now=now, detail=told)
    _move_review(request, review_on)
    request.review_on = review_on


def plan_visits(
    request: CareRequest, visits: Sequence[Visit], rhythm: Rhythm | None, review_on: date | None, now: datetime
) -> None:
    """What is planned of this request. A series without an end (`rhythm`) is written on by itself."""
    request.visits = [str(visit) for visit in visits]
    request.rhythm, request.review_on = (rhythm.as_written(), review_on) if rhythm else (None, None)
    request.more_at = clock.midnight(clock.paris(now).date() + AHEAD - WRITE_MORE) if rhythm else None


def write_on(request: CareRequest, now: datetime) -> None:
    """The next weeks of a series without an end."""
    rhythm, visits, today = read_rhythm(request.rhythm), read_visits(request.visits), clock.paris(now).date()
    if rhythm is None:
        return
    start = visits[-1].day + timedelta(days=1) if visits else today
    more = rhythm.visits(max(start, today), today + AHEAD)
    take(request, [*visits, *more], rhythm, now)


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
        note(task.request, "task", by=by, now=now, detail=task.label)


def note(
    request: CareRequest,
    kind: str,
    *,
    now: datetime,
    by: Account | None = None,
    state: State | None = None,
    detail: str = "",
) -> None:
    """Remember a moment of this request, with the name its author had that day; its screens show it.

    `state`: what the request has become, when it moved.
    """
    append(
        Step,
        request_id=request.id,
        at=now,
        kind=kind,
        state=state,
        author_id=by.id if by else None,
        author_name=by.name if by else "Relais",
        detail=detail,
    )
    refresh_screens(request)


def tell(account_id: UUID, request: CareRequest, step: str, notice: Notice, now: datetime) -> None:
    """News about this request, for somebody who follows it."""
    news = replace(notice, path=f"requests/{request.id}")
    messages.alert(account_id, request.id, step, news, now=now, expires_at=now + NEWS_LIFE)


def refresh_screens(request: CareRequest) -> None:
    """Every screen that shows this request is out of date."""
    changed("request", request.id)
    changed("requests", request.organization_id)
    if request.patient_id:
        changed("patient", request.patient_id)
    if request.decider_id:
        changed("decisions", request.decider_id)
    if request.performer:
        changed("inbox", request.performer.recipient_id)
    territory_id = _territory_of(request.commune_code)
    if territory_id:
        changed("board", territory_id)


def _territory_of(commune_code: str) -> UUID | None:
    """Who coordinates there; asked once in a transaction, however many requests of a commune it moves."""
    known: dict[str, UUID | None] = db.session.info.setdefault("territories", {})
    if commune_code not in known:
        territory = territory_of(commune_code)
        known[commune_code] = territory.id if territory else None
    return known[commune_code]
