"""Her visits, proposals and tasks, one line each."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.care_requests.lines import RequestFacts, RequestLine, line_of
from app.care_requests.models import CareTask
from app.core.words import count, length, moment
from app.dispatch.models import Offer, OfferState
from app.inbox.mine import url_of
from app.inbox.queries import Visit

PATIENT_SAID = {"confirmed": "Le patient a confirmé", "declined": "Le patient ne peut pas"}


def visit_line(visit: Visit, now: datetime) -> RequestLine:
    """With what the patient said of its hour."""
    when = moment(visit.starts_at, now) if visit.starts_at else ""
    return line_of(
        visit.request, url_of(visit.offer_id), when=when, note=PATIENT_SAID.get(visit.patient_answer or "", "")
    )


def proposal_line(offer_id: UUID, request: RequestFacts) -> RequestLine:
    """A yes that waits for the requester's choice: it names nobody yet."""
    what = f"{request.rulebook.short_title} · {request.place}"
    return RequestLine(
        url_of(offer_id), OfferState.PROPOSED.value, request.need.care, what, note="Le demandeur choisit"
    )


@dataclass(frozen=True)
class ToDo:
    """A task that follows what she took."""

    id: UUID
    label: str
    about: str
    url: str
    due: str
    overdue: bool


def to_do(task: CareTask, offer: Offer, now: datetime) -> ToDo:
    overdue = now >= task.due_at
    due = f"en retard de {_late(now, task.due_at)}" if overdue else f"à faire avant {moment(task.due_at, now)}"
    return ToDo(task.id, task.label, offer.request.about, url_of(offer.id), due, overdue)


def _late(now: datetime, due_at: datetime) -> str:
    days = (now - due_at).days
    return count(days, "jour") if days else length(now - due_at)
