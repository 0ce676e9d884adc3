"""Visits of a request that is halted, or goes on, because of what befell its patient (`passages.life`)."""

from sqlalchemy import select

from app import clock
from app.appointments.actions import forget_time
from app.appointments.models import Appointment
from app.appointments.rules import reminder_at
from app.care_requests import actions as care_requests
from app.care_requests.models import CareRequest, State, Verb
from app.core.db import db
from app.passages.life import CareHalted, CareResumed


def halt(fact: CareHalted) -> None:
    """Nothing reminds the patient of it, and her calendar drops it."""
    if visit := _of(fact.request):
        visit.remind_at, visit.call_asked_at = None, None
        visit.sequence += 1
        visit.changed_at = fact.now


def go_on(fact: CareResumed) -> None:
    """The hour stands again, unless it has gone by: then another is to be proposed."""
    request, now = fact.request, fact.now
    visit = _of(request)
    if visit is None or visit.starts_at is None:
        return
    if visit.starts_at > now:
        visit.remind_at = reminder_at(visit.starts_at, now, clock.PARIS)
        visit.sequence += 1
        visit.changed_at = now
    elif request.state is State.SCHEDULED:
        care_requests.move(request, Verb.LAPSE, now=now)
        forget_time(request, now)


def _of(request: CareRequest) -> Appointment | None:
    return db.session.scalar(select(Appointment).where(Appointment.request_id == request.id))
