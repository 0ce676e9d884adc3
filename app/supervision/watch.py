"""What slips without being unanswered: care that did not begin or that nobody goes on with, tasks that are overdue,
decisions nobody takes."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import joinedload

from app.accounts.models import Account, Role
from app.care_requests.models import CareRequest, CareTask, State
from app.care_requests.rules import OPEN
from app.core.db import db
from app.directory.models import PractitionerRole
from app.directory.queries import territory_communes
from app.supervision.rules import DECISION_WAITS

AT_MOST = 50


def late_starts(coordinator: Account) -> Sequence[CareRequest]:
    """Accepted, and nobody said in time that care began; the longest late first."""
    late = select(CareRequest).where(
        CareRequest.state.in_([State.ACCEPTED, State.SCHEDULED]),
        CareRequest.late_at.is_not(None),
        _watched(coordinator),
    )
    people = joinedload(CareRequest.patient), joinedload(CareRequest.performer), joinedload(CareRequest.commune)
    return db.session.scalars(late.options(*people).order_by(CareRequest.start_by).limit(AT_MOST)).all()


def overdue_tasks(coordinator: Account, now: datetime) -> Sequence[CareTask]:
    """What one side still owes after an acceptance, the longest due first."""
    owed = (
        select(CareTask)
        .join(CareRequest, CareRequest.id == CareTask.request_id)
        .where(CareTask.done_at.is_(None), CareTask.due_at <= now, CareRequest.state.in_(OPEN), _watched(coordinator))
        .options(joinedload(CareTask.request).joinedload(CareRequest.patient))
    )
    return db.session.scalars(owed.order_by(CareTask.due_at).limit(AT_MOST)).all()


def waiting_decisions(coordinator: Account, now: datetime) -> Sequence[CareRequest]:
    """Written, and no senior doctor has decided for too long."""
    waiting = select(CareRequest).where(
        CareRequest.state == State.DRAFT, CareRequest.created_at <= now - DECISION_WAITS, _watched(coordinator)
    )
    people = joinedload(CareRequest.patient), joinedload(CareRequest.decider), joinedload(CareRequest.commune)
    return db.session.scalars(waiting.options(*people).order_by(CareRequest.created_at).limit(AT_MOST)).all()


def left_behind(coordinator: Account) -> Sequence[CareRequest]:
    """Care that has begun, and whoever gave it has left Relais; the longest ago first."""
    begun = (
        select(CareRequest)
        .join(PractitionerRole, PractitionerRole.id == CareRequest.performer_id)
        .where(CareRequest.state == State.STARTED, ~PractitionerRole.can_sign_in, _watched(coordinator))
    )
    people = joinedload(CareRequest.patient), joinedload(CareRequest.performer), joinedload(CareRequest.commune)
    return db.session.scalars(begun.options(*people).order_by(CareRequest.changed_at).limit(AT_MOST)).all()


def _watched(coordinator: Account) -> ColumnElement[bool]:
    communes = territory_communes(coordinator.organizations(Role.COORDINATOR))
    return or_(CareRequest.commune_code.in_(communes), CareRequest.coordinator_id == coordinator.id)
