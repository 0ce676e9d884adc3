"""A plan that runs is stopped, changed, or goes on. Each verb begins by locking every part of it, in one order.

Who asked has the plan in her hands: it follows what was prescribed. Whoever comes may stop what is hers. The other
side is told and not asked: care that has to end ends, and who cannot come at other hours hands the rest over, which
the room `relays` does.
"""

import enum
from collections.abc import Sequence
from datetime import date, datetime

from app import clock
from app.accounts.models import Account
from app.audit.actions import record
from app.care_requests import actions as care_requests
from app.care_requests.actions import NEWS_LIFE
from app.care_requests.models import CareRequest, State, Verb
from app.care_requests.queries import shared_with
from app.care_requests.rules import OPEN, Rhythm, Visit, read_rhythm, read_visits
from app.core.db import db
from app.core.events import announce
from app.directory.models import PractitionerRole
from app.directory.queries import accounts_of
from app.language.phrases import kept, later
from app.language.words import date_words, hour
from app.messages import actions as messages
from app.messages.models import Notice
from app.passages import queries, words
from app.passages.actions import CARED_FOR, refresh_plan, stays
from app.passages.life import CareHalted
from app.passages.models import Passage
from app.passages.rules import Course, both_have, say_by, until


class Replanned(enum.StrEnum):
    """What became of another plan."""

    DONE = "done"
    GONE = "gone"  # nobody has it any more, or it is over
    SHARED = "shared"  # somebody else has one of these visits
    EMPTY = "empty"  # nothing of it is to come


def stop(request: CareRequest, day: date, reason: str, *, whole: bool, by: Account, now: datetime) -> bool:
    """Nobody comes from `day` on. What was said stays; a part of which nothing is to come ends. False: nothing was left
    to stop.

    `whole`: every part of the plan, whoever has it or is looked for; otherwise this one. `reason`: in words.
    """
    parts = [each for each in locked(request) if each.visits and each.state in OPEN and (whole or each == request)]
    stopped = [each for each in parts if _stop(each, max(day, clock.paris(now).date()), reason, by, now)]
    return bool(stopped)


def _stop(request: CareRequest, day: date, reason: str, by: Account, now: datetime) -> bool:
    plan, said, performer = part_of(request), _said(request), request.performer
    left = until(plan, said, day)
    if plan.rhythm is None and len(left) == len(plan.visits):
        return False
    detail = kept(later("à partir du %(day)s", day=date_words(day, "d MMMM")), reason)
    care_requests.note(request, "stopped", by=by, now=now, detail=detail)
    record("plan.stopped", request, by, now=now, patient=request.patient_id, day=day.isoformat())
    if left:
        care_requests.take(request, left, None, now)
    today = clock.paris(now).date()
    if not any(visit.day >= today and visit not in said for visit in left):
        _end(request, by, now)
    _tell(request, performer, words.STOPPED_NOTICE, by, now)
    return True


def _end(request: CareRequest, by: Account, now: datetime) -> None:
    """Care that was begun is over; where none was, it is not needed any more."""
    if request.state is State.STARTED:
        care_requests.move(request, Verb.FINISH, by=by, now=now)
    elif care_requests.move(request, Verb.CANCEL, by=by, now=now):
        announce(CareHalted(request, now))


def replan(
    request: CareRequest,
    day: date,
    visits: Sequence[Visit],
    rhythm: Rhythm | None = None,
    review_on: date | None = None,
    *,
    by: Account,
    now: datetime,
) -> Replanned:
    """From `day` on she comes at these times. What comes before, and what was said, is as it was. `rhythm`,
    `review_on`: of a series without an end, whose first weeks `visits` are."""
    parts = locked(request)
    if request.state not in CARED_FOR or not request.visits:
        return Replanned.GONE
    day, plan, said = max(day, clock.paris(now).date()), part_of(request), _said(request)
    had = {Visit(each.day, each.moment) for each in queries.of_plan(queries.plan_of(request)) if stays(each)}
    coming = [visit for visit in visits if visit.day >= day and visit not in had]
    if not coming:
        return Replanned.EMPTY
    others = [part_of(each) for each in parts if each != request and each.state in OPEN]
    if any(both_have(Course(coming, rhythm), other, day) for other in others):
        return Replanned.SHARED
    changed = Course(sorted({*until(plan, said, day), *coming}), rhythm)
    if changed == Course(sorted(plan.visits), plan.rhythm) and (review_on or request.review_on) == request.review_on:
        return Replanned.DONE  # A second tap.
    detail = kept(later("à partir du %(day)s", day=date_words(day, "d MMMM")))
    care_requests.note(request, "replanned", by=by, now=now, detail=detail)
    record("plan.changed", request, by, now=now, patient=request.patient_id)
    care_requests.take(request, changed.visits, rhythm, now, review_on)
    _tell(request, request.performer, words.CHANGED_NOTICE, by, now)
    return Replanned.DONE


def move(passage: Passage, to: Visit, starts_at: datetime | None, *, by: Account, now: datetime) -> Replanned:
    """This one visit comes at another time; the others as they were. `starts_at`: its hour, where one is said."""
    parts = locked(passage.request)
    db.session.refresh(passage)
    request, here = passage.request, Visit(passage.day, passage.moment)
    if request.state not in CARED_FOR or stays(passage) or passage.held:
        return Replanned.GONE
    if to != here:
        rows = queries.of_plan(passage.plan_id)
        if to in {Visit(each.day, each.moment) for each in rows} or any(to in part_of(each).visits for each in parts):
            return Replanned.SHARED
        plan = part_of(request)
        passage.day, passage.moment, passage.say_by = to.day, to.moment, say_by(to.day, clock.midnight)
        db.session.flush()  # Before the plan: the row follows it, and is no other.
        care_requests.take(request, sorted({*plan.visits, to} - {here}), plan.rhythm, now)
    passage.starts_at, passage.late_at = starts_at, None
    when = later("%(day)s, %(moment)s", day=date_words(to.day, "d MMM"), moment=words.MOMENTS[to.moment])
    care_requests.note(request, "moved", by=by, now=now, detail=kept(*([hour(starts_at)] if starts_at else []), when))
    record("passage.moved", passage, by, now=now, patient=request.patient_id)
    refresh_plan(request, passage.plan_id)
    return Replanned.DONE


def renew(request: CareRequest, review_on: date, *, by: Account, now: datetime) -> bool:
    """Care without an end goes on, in all its parts, until it is looked at again on that day. False: it has an end."""
    parts = [each for each in locked(request) if each.rhythm and each.state in OPEN]
    for each in parts:
        if each.review_on != review_on:
            care_requests.renew(each, review_on, by=by, now=now)
            record("plan.renewed", each, by, now=now, patient=each.patient_id, review_on=review_on.isoformat())
            _tell(each, each.performer, words.RENEWED_NOTICE, by, now)
    return request in parts


def locked(request: CareRequest) -> list[CareRequest]:
    """Every part of its plan, itself among them."""
    return [care_requests.lock(each.id) for each in shared_with(request)]


def part_of(request: CareRequest) -> Course:
    return Course(read_visits(request.visits), read_rhythm(request.rhythm))


def _said(request: CareRequest) -> set[Visit]:
    return {Visit(each.day, each.moment) for each in queries.of_request(request.id) if stays(each)}


def _tell(request: CareRequest, performer: PractitionerRole | None, notice: Notice, by: Account, now: datetime) -> None:
    """Whoever comes, and who asked; not who said it."""
    comes = accounts_of([performer.id]).get(performer.id, []) if performer else []
    for account in sorted({*comes} - {by.id}):
        messages.alert(account, request.id, "plan", notice, now=now, expires_at=now + NEWS_LIFE)
    if request.author_id != by.id and request.author_id not in comes:
        care_requests.tell(request.author_id, request, "plan", notice, now)
