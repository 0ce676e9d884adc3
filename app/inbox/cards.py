"""What a practitioner may see of a request, and nothing more (L1110-4 CSP; FACTS 4.6)."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from flask import url_for

from app import clock
from app.care_requests.models import CareRequest
from app.care_requests.rules import TAKEN, read_visits
from app.care_requests.words import answers_in_words
from app.dispatch.models import Offer, OfferState
from app.identity.rules import age, age_band
from app.inbox.parts import PlanPart, parts
from app.language.phrases import said
from app.language.words import day, length, moment, wanted
from app.organizations.geo import driving_minutes
from app.passages import calendar
from app.patients.words import Banner, banner


@dataclass(frozen=True)
class Card:
    """One offer, in words that identify nobody: fit for a list, a lock screen, a phone kept offline.

    `plan`: how often, when it is more than once; `said`: answers that may be shown before anyone accepts, by question;
    `parts`: what a `yes, but` may take; `paused`: she asked and waits; `answered`: and has her answer.
    """

    id: UUID
    url: str
    state: OfferState
    care: str
    note: str  # what kind of request it is
    commune: str
    km: float
    minutes: int | None  # by road; none when the distance is not known
    place: str  # latitude and longitude of the commune, for care that may fall on today's round
    wanted: str
    latest: str  # exactly, where `wanted` is not
    answer_by: str  # until when the pathway looks for somebody, where that is not when the care is wanted
    length: str
    age_band: str
    usual: bool
    chosen: bool  # the patient chose this establishment
    urgent: bool
    plan: str
    said: list[tuple[str, str]]
    relayed_by: str
    parts: list[PlanPart]
    started_at: datetime
    ends_at: datetime
    paused: bool
    answered: bool
    seen: bool


@dataclass(frozen=True)
class Known:
    """What only the one who cares for this patient may know."""

    patient: Banner | None
    reason: str
    said: list[tuple[str, str]]
    message: str
    author: str
    author_initials: str
    organization: str
    phone: str
    contact: str


def card(offer: Offer, now: datetime, answered: Container[UUID] = ()) -> Card:
    """`answered`: offers whose question has its answer."""
    request = offer.request
    reason = request.need
    due = request.answer_due
    far = day(request.window_start, now) != day(request.window_end, now)
    return Card(
        id=offer.id,
        url=url_for("inbox.offer", offer_id=offer.id),
        state=offer.state,
        care=said(reason.care),
        note=said(request.rulebook.short_title),
        commune=request.commune.name,
        km=offer.km,
        minutes=driving_minutes(offer.km),
        place=_place_today(request, now),
        wanted=sentence(wanted(request.window_start, request.window_end, now)),
        latest=sentence(moment(request.window_end, now)) if far else "",
        answer_by=moment(due, now) if due and offer.expires_at < due != request.window_end else "",
        length=length(timedelta(minutes=reason.minutes)),
        age_band=age_band(age(request.patient.birth_date, clock.paris(now).date())) if request.patient else "",
        usual=offer.usual,
        chosen=offer.knows_patient and not offer.usual,
        urgent=request.urgent,
        plan=calendar.plan_in_words(read_visits(request.visits), request.review_on),
        said=answers_in_words(request, shown_only=True),
        relayed_by=offer.relayed_by,
        parts=parts(offer, now),
        started_at=offer.created_at,
        ends_at=offer.expires_at,
        paused=offer.paused_at is not None,
        answered=offer.id in answered,
        seen=offer.seen_at is not None,
    )


def _place_today(request: CareRequest, now: datetime) -> str:
    first, today, last = (clock.paris(at).date() for at in (request.window_start, now, request.window_end))
    known = request.commune.latitude is not None and first <= today <= last
    return f"{request.commune.latitude} {request.commune.longitude}" if known else ""


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
        reason=said(request.need.label),
        said=answers_in_words(request),
        message=request.note,
        author=request.author.name,
        author_initials=request.author.initials,
        organization=request.organization.full_name,
        phone=request.organization.phone,
        contact=request.organization.contact,
    )


def knows_patient(offer: Offer) -> bool:
    """While the offer is hers to answer or the visit hers to make; no longer once it is someone else's."""
    if offer.state is OfferState.WON:
        return offer.request.state in TAKEN
    return offer.knows_patient and offer.state in (OfferState.OPEN, OfferState.PROPOSED)
