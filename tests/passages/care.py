"""Care that goes on, in the words of those who do it."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from app import clock
from app.care_requests.models import CareRequest
from app.care_requests.queries import family
from app.care_requests.rules import Visit, planned
from app.core.db import db, transaction
from app.dispatch import actions as dispatch
from app.language.typography import NO_BREAK
from app.passages import actions, queries
from app.passages.models import Passage
from app.passages.rules import PassageState, progress_of
from app.passages.words import progress_in_words
from tests.factories.town import Nurse, Town, role_of

TOMORROW = date(2026, 11, 25)
TEN_DAYS = planned(TOMORROW, TOMORROW + timedelta(days=9), ["morning", "evening"])


def taken_by(town: Town, nurse: Nurse, **asked: object) -> UUID:
    """Ten days of dressings, mornings and evenings, unless `asked` says otherwise: hers."""
    request_id = town.asks(**{"visits": TEN_DAYS, **asked})
    with transaction():
        request = db.session.get_one(CareRequest, request_id)
        assert dispatch.assign(request, role_of(nurse), by=nurse.account, now=clock.now())
    return request_id


def at_day(day: date, hour: int = 9) -> None:
    """The clock stands at this local hour of this day."""
    clock.stop_at(clock.midnight(day) + timedelta(hours=hour))


def passage(request_id: UUID, day: date, moment: str = "morning") -> Passage:
    found = select(Passage).where(Passage.plan_id == plan_of(request_id), Passage.day == day)
    return db.session.scalars(found.where(Passage.moment == moment)).one()


def plan_of(request_id: UUID) -> UUID:
    db.session.rollback()
    return queries.plan_of(db.session.get_one(CareRequest, request_id))


def says(nurse: Nurse, request_id: UUID, day: date, moment: str = "morning", state: str = "done", **tap: object) -> str:
    """One tap on her phone, at whatever moment the clock stands."""
    with transaction():
        row = passage(request_id, day, moment)
        return actions.say(row, PassageState(state), by=nurse.account, now=clock.now(), **tap).value


def does_all(nurse: Nurse, request_id: UUID, day: date) -> None:
    at_day(day)
    for moment in ("morning", "evening"):
        assert says(nurse, request_id, day, moment) == "said"


def parts(request_id: UUID) -> list[CareRequest]:
    db.session.rollback()
    whole = db.session.get_one(CareRequest, request_id)
    mine = select(CareRequest).where(CareRequest.id.in_(family(whole))).order_by(CareRequest.id)
    return list(db.session.scalars(mine))


def count(request_id: UUID) -> str:
    """As the ward reads it."""
    shared = parts(request_id)
    total = None if any(each.rhythm for each in shared) else sum(len(each.visits) for each in shared)
    today = clock.paris(clock.now()).date()
    words = progress_in_words(progress_of(queries.of_plan(shared[0].id), total, today), clock.now())
    return words.replace(NO_BREAK, " ")


def owned(request_id: UUID) -> dict[Visit, UUID]:
    return {Visit(each.day, each.moment): each.role_id for each in queries.of_plan(plan_of(request_id))}
