"""What is said of passages, and how they follow the plan. Each verb begins by locking the request."""

import enum
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select

from app import clock
from app.accounts.models import Account
from app.attachments.actions import join
from app.audit.actions import record
from app.care_requests import actions as care_requests
from app.care_requests.actions import PlanMoved
from app.care_requests.models import CareRequest, State, Verb
from app.care_requests.queries import coordinator_for
from app.care_requests.rules import Visit, read_visits
from app.core.db import db, lock_in_order
from app.documents.models import Document
from app.language.phrases import kept, later
from app.language.words import date_words
from app.live.actions import changed
from app.messages.models import Notice
from app.passages import queries, words
from app.passages.life import CareHalted, CareResumed
from app.passages.models import Passage, PassageDocument
from app.passages.rules import PassageState, changes, failed_beside, is_early, say_by

CARED_FOR = (State.ACCEPTED, State.SCHEDULED, State.STARTED)
MOST_PHOTOS = 60
"""Pictures that one person takes in the passages of one event."""


class Heard(enum.StrEnum):
    """What became of a tap on a passage."""

    SAID = "said"
    EARLY = "early"  # its day has not come: it is asked, and not done
    OUTDATED = "outdated"  # the same passage was said otherwise by a later tap
    GONE = "gone"  # nobody's to say any more


def follow_plan(moved: PlanMoved) -> None:
    """Whoever took a request owes exactly the passages of its plan; what was said of one stays said."""
    request, today = moved.request, clock.paris(moved.now).date()
    db.session.flush()
    rows = {Visit(row.day, row.moment): row for row in queries.of_request(request.id)}
    planned = read_visits(request.visits) if request.state in CARED_FOR else ()
    plan_id = queries.plan_of(request)
    needed = changes(planned, {visit: stays(row) for visit, row in rows.items()}, today)
    held = request.stay_id is not None or any(row.held and not stays(row) for row in rows.values())
    for visit in needed.drop:
        db.session.delete(rows[visit])
    db.session.flush()
    if plan_id != request.id:
        changed("request", plan_id)
    if needed.add and request.performer_id:
        db.session.add_all(_passage(plan_id, request, request.performer_id, visit, held) for visit in needed.add)


def refresh_plan(request: CareRequest, plan_id: UUID) -> None:
    """Those of the part, and the page of the whole, which shows every part of its plan."""
    care_requests.refresh_screens(request)
    if plan_id != request.id:
        changed("request", plan_id)


def stays(row: Passage) -> bool:
    """Whatever was said, and what nobody said in time: that is a fact, too."""
    return row.state is not PassageState.PLANNED or row.asked_at is not None


def _passage(plan_id: UUID, request: CareRequest, role_id: UUID, visit: Visit, held: bool) -> Passage:
    return Passage(
        plan_id=plan_id,
        request_id=request.id,
        role_id=role_id,
        day=visit.day,
        moment=visit.moment,
        state=PassageState.PLANNED,
        say_by=say_by(visit.day, clock.midnight),
        held=held,  # As are the others: she is in hospital still.
    )


def say(
    passage: Passage,
    state: PassageState,
    *,
    by: Account,
    now: datetime,
    at: datetime | None = None,
    key: str = "",
    early: bool = False,
) -> Heard:
    """It is done, or it is not and why. The later tap counts, and a copy of one changes nothing.

    `at`: when the finger touched, now when not said; `early`: she means it, although its day has not come. The first
    one that is done begins the care.
    """
    at = at or now
    request = care_requests.lock(passage.request_id)
    db.session.refresh(passage, with_for_update={"key_share": True})
    if key and key in passage.heard:
        return Heard.SAID if passage.heard[key] == passage.state else Heard.OUTDATED
    if passage.said_at and at < passage.said_at:
        return Heard.OUTDATED
    if request.state not in CARED_FOR:
        return Heard.GONE
    if not early and is_early(passage.day, clock.paris(at).date()):
        return Heard.EARLY
    if key:
        passage.heard = {**passage.heard, key: state.value}
    if passage.state is state:
        return Heard.SAID  # A second tap: the first one has the hour.
    passage.state, passage.said_at, passage.said_by_id = state, at, by.id
    record("passage.said", passage, by, now=now, patient=request.patient_id, done=state is PassageState.DONE)
    db.session.flush()
    if state is PassageState.DONE and request.state is not State.STARTED:
        care_requests.move(request, Verb.START, by=by, now=now)
    _follow(passage, request, by, now)
    refresh_plan(request, passage.plan_id)
    return Heard.SAID


def _follow(passage: Passage, request: CareRequest, by: Account, now: datetime) -> None:
    """Who must know, and what stands still meanwhile."""
    if passage.state is PassageState.DONE:
        _hold(passage, False)
        return
    when = later("%(day)s, %(moment)s", day=date_words(passage.day, "d MMM"), moment=words.MOMENTS[passage.moment])
    care_requests.note(request, "missed", by=by, now=now, detail=kept(words.STATES[passage.state], when))
    if passage.state is PassageState.HOSPITALISED:
        _hold(passage, True)
        _tell(request, "hospitalised", words.HOSPITALISED_NOTICE, now)
    else:
        worry(passage, request, now)


def _hold(passage: Passage, held: bool) -> None:
    """What is still to come of this plan stands still, or goes on."""
    _set_held(held, Passage.plan_id == passage.plan_id, Passage.day >= passage.day)


def _set_held(held: bool, *which: ColumnElement[bool]) -> bool:
    """Whether anything changed by it."""
    waiting = Passage.state == PassageState.PLANNED, Passage.held.is_(not held), *which
    lock_in_order(Passage, *waiting)
    changed = db.session.scalars(select(Passage).where(*waiting).order_by(Passage.id)).all()
    for each in changed:
        each.held = held
    return bool(changed)


def stand_still(halted: CareHalted) -> None:
    """She is in hospital: nobody comes for what is still to come of this request."""
    _set_held(True, Passage.request_id == halted.request.id, Passage.day >= clock.paris(halted.now).date())


def go_on(resumed: CareResumed) -> None:
    """She is back, or a mistake was undone: what is to come is owed again."""
    follow_plan(PlanMoved(resumed.request, resumed.now))
    _set_held(False, Passage.request_id == resumed.request.id, Passage.day >= clock.paris(resumed.now).date())


def worry(passage: Passage, request: CareRequest, now: datetime) -> None:
    """Twice in a row without care: who asked and who coordinates are told, once for as long as it lasts."""
    beside = failed_beside(queries.of_plan(passage.plan_id), passage)
    if not beside:
        return
    passage.told_at = now
    if all(each.told_at is None for each in beside):
        _tell(request, "missed-twice", words.MISSED_TWICE_NOTICE, now)


def _tell(request: CareRequest, step: str, notice: Notice, now: datetime) -> None:
    request.coordinator_id = coordinator_for(request)
    for account_id in dict.fromkeys((request.author_id, request.coordinator_id)):
        if account_id:
            care_requests.tell(account_id, request, step, notice, now)


def be_late(passage: Passage, *, now: datetime) -> bool:
    """She is on her way and will be late: the patient and who asked read it. False when it is no longer to come."""
    request = care_requests.lock(passage.request_id)
    db.session.refresh(passage)
    if passage.state is not PassageState.PLANNED or request.state not in CARED_FOR:
        return False
    if passage.late_at is None:
        passage.late_at = now
        refresh_plan(request, passage.plan_id)
    return True


def tell_circle(passage: Passage, line: str, photos: Sequence[Document], *, by: Account, now: datetime) -> None:
    """A line or pictures for who cares for her. Raises `WrongDocument` when there would be too many."""
    request = care_requests.lock(passage.request_id)
    db.session.refresh(passage)
    if line:
        passage.note = line
    if photos:
        join(request, photos, "wound-photo", by=by, now=now, most=MOST_PHOTOS)
        db.session.add_all(PassageDocument(document_id=each.id, passage_id=passage.id) for each in photos)
    if line or photos:
        record("passage.told", passage, by, now=now, patient=request.patient_id)
        refresh_plan(request, passage.plan_id)
