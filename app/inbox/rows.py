"""Her visits, proposals and tasks, one line each."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.appointments.models import Appointment
from app.care_requests.models import CareRequest, CareTask
from app.core.words import count, length, moment
from app.dispatch.models import Offer
from app.inbox.mine import url_of


@dataclass(frozen=True)
class Row:
    """As `list_row` shows it."""

    url: str
    state: str
    patient: str
    care: str
    commune: str
    starts_at: datetime | None
    when: str
    winner: str  # what the patient said, where a requester reads who comes
    reach: str = ""
    current: bool = False


PATIENT_SAID = {"confirmed": "Le patient a confirmé", "declined": "Le patient ne peut pas"}


def row(offer: Offer, appointment: Appointment | None, now: datetime) -> Row:
    request: CareRequest = offer.request
    starts_at = appointment.starts_at if appointment else None
    said = appointment.patient_answer if appointment else None
    return Row(
        url=url_of(offer),
        state=request.state,
        patient=request.about,
        care=request.need.care,
        commune=request.commune.name,
        starts_at=starts_at,
        when=moment(starts_at, now) if starts_at else "",
        winner=PATIENT_SAID.get(said or "", ""),
    )


def proposal(offer: Offer) -> Row:
    """A yes that waits for the requester's choice: it names nobody yet."""
    request = offer.request
    return Row(
        url=url_of(offer),
        state=offer.state,
        patient=request.need.care,
        care=request.rulebook.short_title,
        commune=request.commune.name,
        starts_at=None,
        when="",
        winner="Le demandeur choisit",
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
    return ToDo(task.id, task.label, offer.request.about, url_of(offer), due, overdue)


def _late(now: datetime, due_at: datetime) -> str:
    days = (now - due_at).days
    return count(days, "jour") if days else length(now - due_at)
