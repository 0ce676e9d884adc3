"""One request with what its page shows of it, in one statement; and what more there is to ask for."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from app.accounts.models import Account
from app.appointments.models import Appointment, PatientLink
from app.care_requests.models import CareRequest, CareTask, EpisodeDocument, InformationCopy
from app.core.db import db
from app.dispatch.models import Inquiry, Offer, OfferState


class Followed(NamedTuple):
    """A request, the offer that was taken, the visit and the hash of the patient's link to it; then whether there is
    anything of each kind that few requests have, so that it is asked for only there."""

    request: CareRequest
    won: Offer | None
    appointment: Appointment | None
    link: str | None
    tasks: bool
    copies: bool
    documents: bool
    inquiries: bool
    proposals: bool


def _any(owner: InstrumentedAttribute[UUID], *which: ColumnElement[bool]) -> ColumnElement[bool]:
    mine = CareRequest.episode_id if owner is EpisodeDocument.episode_id else CareRequest.id
    return select(owner).where(owner == mine, *which).correlate(CareRequest).exists()


_FOLLOWED = (
    select(
        *(CareRequest, Offer, Appointment, PatientLink.token_hash),
        _any(CareTask.request_id),
        _any(InformationCopy.request_id),
        _any(EpisodeDocument.episode_id),
        _any(Inquiry.request_id),
        _any(Offer.request_id, Offer.state == OfferState.PROPOSED),
    )
    .outerjoin(Offer, (Offer.request_id == CareRequest.id) & (Offer.state == OfferState.WON))
    .outerjoin(Appointment, Appointment.request_id == CareRequest.id)
    .outerjoin(PatientLink, PatientLink.appointment_id == Appointment.id)
    .where(CareRequest.id == bindparam("request"))
    .options(joinedload(CareRequest.patient), joinedload(CareRequest.performer), joinedload(CareRequest.commune))
    .options(joinedload(CareRequest.organization))
    .options(joinedload(CareRequest.author).lazyload(Account.memberships))
)


def followed_request(request_id: UUID) -> Followed | None:
    """Whoever asks must still be one who may follow it."""
    row = db.session.execute(_FOLLOWED, {"request": request_id}).one_or_none()
    return Followed(*row) if row else None
