"""What the clock does with requests to funders: warned of the day before, too late the day after."""

from datetime import datetime, timedelta
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import func, select

from app.core.db import db, lock_in_order
from app.funding import actions, queries
from app.funding.models import FundingRequest
from app.funding.rules import FundingState
from app.funding.words import PAUSE_NOTICE, SEND_NOTICE
from app.jobs.setbacks import one_by_one
from app.jobs.timers import Due
from app.messages import actions as messages
from app.messages.models import Delivery
from app.patients.models import Patient

WORTH_TELLING = timedelta(hours=36)
"""How long a phone that is off may still be told: until the evening of the deadline."""


def watch_due(now: datetime) -> int:
    """Warn, or let expire, what is due; returns how many."""
    due = select(FundingRequest.id).where(FundingRequest.next_alarm_at <= now)
    return one_by_one("funding request", due.order_by(FundingRequest.next_alarm_at).limit(100), _ring, now)


def oldest_due(_now: datetime) -> Due:
    return select(func.min(FundingRequest.next_alarm_at))


def _ring(request_id: UUID, now: datetime) -> None:
    patient_id = db.session.scalar(select(FundingRequest.patient_id).where(FundingRequest.id == request_id))
    lock_in_order(Patient, Patient.id == patient_id)
    asked = db.session.get(FundingRequest, request_id, populate_existing=True)
    if asked is None or asked.next_alarm_at is None or asked.next_alarm_at > now or not actions.sound(asked, now=now):
        return
    notice = SEND_NOTICE if asked.state is FundingState.TO_PREPARE else PAUSE_NOTICE
    notice = replace(notice, path=f"patients/{asked.patient_id}/funding")
    people = queries.told_of(asked)
    messages.alert_all([Delivery(each, asked.id, notice, now + WORTH_TELLING) for each in people], "deadline", now=now)
