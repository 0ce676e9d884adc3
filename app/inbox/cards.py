"""What a practitioner may see of a request, and nothing more (L1110-4 CSP; FACTS 4.6)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from flask import url_for

from app.appointments.models import Appointment
from app.care_requests.models import CareRequest, State
from app.care_requests.rules import TAKEN
from app.core import clock
from app.core.words import length, moment, span
from app.directory.geo import driving_minutes
from app.directory.models import Organization
from app.dispatch.models import Offer, OfferState
from app.patients.rules import age, age_band
from app.patients.words import Banner, banner


@dataclass(frozen=True)
class Card:
    """One offer, in words that identify nobody: fit for a list, a lock screen, a phone kept offline."""

    id: UUID
    url: str
    state: OfferState
    care: str
    note: str  # what kind of request it is
    commune: str
    km: float
    minutes: int  # by road
    window: str
    length: str
    age_band: str
    usual: bool
    started_at: datetime
    ends_at: datetime
    seen: bool


@dataclass(frozen=True)
class Known:
    """What only the one who cares for this patient may know."""

    patient: Banner | None
    reason: str
    message: str
    author: str
    author_initials: str
    organization: str
    phone: str


def card(offer: Offer, now: datetime) -> Card:
    request = offer.request
    reason = request.need
    return Card(
        id=offer.id,
        url=url_for("inbox.offer", offer_id=offer.id),
        state=offer.state,
        care=reason.care,
        note=request.rulebook.short_title,
        commune=request.commune.name,
        km=offer.km,
        minutes=driving_minutes(offer.km),
        window=sentence(span(request.window_start, request.window_end, now)),
        length=length(timedelta(minutes=reason.minutes)),
        age_band=age_band(age(request.patient.birth_date, clock.paris(now).date())) if request.patient else "",
        usual=offer.usual,
        started_at=offer.created_at,
        ends_at=offer.expires_at,
        seen=offer.seen_at is not None,
    )


def sentence(words: str) -> str:
    """With a capital, and nothing else changed."""
    return words[:1].upper() + words[1:]


def known(offer: Offer, now: datetime) -> Known | None:
    """Whom it is about; none while, or once, this person need not know."""
    if not knows_patient(offer):
        return None
    request = offer.request
    return Known(
        patient=banner(request.patient, now) if request.patient else None,
        reason=request.need.label,
        message=request.note,
        author=request.author.name,
        author_initials=request.author.initials,
        organization=full_name(request.organization),
        phone=request.organization.phone,
    )


def knows_patient(offer: Offer) -> bool:
    """While the offer is hers to answer or the visit hers to make; no longer once it is someone else's."""
    if offer.state is OfferState.WON:
        return offer.request.state in TAKEN
    return offer.knows_patient and offer.state in (OfferState.OPEN, OfferState.PROPOSED)


def full_name(organization: Organization) -> str:
    """`Urgences, Hôpital des Deux-Rives`: a ward's own name says little outside its house."""
    return f"{organization.name}, {organization.parent.name}" if organization.parent else organization.name


@dataclass(frozen=True)
class Row:
    """One of her visits, as `list_row` shows it."""

    url: str
    state: State
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
        url=url_for("inbox.offer", offer_id=offer.id),
        state=request.state,
        patient=request.about,
        care=request.need.care,
        commune=request.commune.name,
        starts_at=starts_at,
        when=moment(starts_at, now) if starts_at else "",
        winner=PATIENT_SAID.get(said or "", ""),
    )
