"""What whoever took a request has still to do for it, beside the passages."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager

from app.care_requests.models import CareRequest, CareTask
from app.consents.objections import names_reader
from app.core.db import db
from app.dispatch.models import Offer, OfferState
from app.patients.models import Patient


def tasks(
    reader: UUID, recipients: Collection[UUID], request_id: UUID | None = None
) -> Sequence[tuple[CareTask, Offer]]:
    """Of these inboxes, the most pressing first, each with its offer. `reader`: whose account looks."""
    left = _owed(reader, recipients).where(CareTask.done_at.is_(None)).order_by(CareTask.due_at)
    about = contains_eager(Offer.request).joinedload(CareRequest.patient).lazyload(Patient.commune)
    found = left.where(CareTask.request_id == request_id) if request_id else left
    return [(task, offer) for task, offer in db.session.execute(found.options(about))]


def task_of(task_id: UUID, reader: UUID, recipients: Collection[UUID]) -> tuple[CareTask, Offer] | None:
    """The task, done or not, if it falls to one of these inboxes."""
    found = db.session.execute(_owed(reader, recipients).where(CareTask.id == task_id)).first()
    return (found[0], found[1]) if found else None


def _owed(reader: UUID, recipients: Collection[UUID]) -> Select[CareTask, Offer]:
    return (
        select(CareTask, Offer)
        .join(Offer, Offer.request_id == CareTask.request_id)
        .join(Offer.request)
        .where(Offer.recipient_id.in_(recipients), Offer.state == OfferState.WON, CareTask.owner == "performer")
        .where(~names_reader(CareRequest.patient_id, reader))
    )
