"""The line of life of one person: every room is asked once, and its answers are one list."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select

from app.accounts.models import REQUESTERS, Account
from app.appointments import lived as appointments
from app.assessments import lived as assessments
from app.assessments.queries import places_of_care
from app.care_requests import lived as care_requests
from app.care_requests.models import CareRequest
from app.care_requests.rules import TAKEN
from app.circles import lived as circles
from app.consents.objections import keeps_the_team_apart
from app.conversations import lived as conversations
from app.core.db import db
from app.directory.queries import recipients_of
from app.dispatch.models import Offer, OfferState
from app.folders import lived as folders
from app.happenings.asking import Asked, LifeReader, Tell
from app.happenings.rules import Happening, Opens
from app.liaison import lived as liaison
from app.life.picture import Lane, Span, order
from app.passages import lived as passages
from app.patients.models import Relation
from app.stays import lived as stays

ROOMS: Sequence[tuple[Lane, Tell]] = (
    (Lane.STAYS, stays.stays),
    (Lane.CARE, passages.cared),
    (Lane.CARE, folders.coordinated),
    (Lane.VISITS, appointments.visited),
    (Lane.REQUESTS, care_requests.asked_for),
    (Lane.TALK, conversations.spoken),
    (Lane.NOTES, liaison.noted),
    (Lane.DOCUMENTS, conversations.papers),
    (Lane.ASSESSMENTS, assessments.assessed),
    (Lane.LIFE, stays.befell),
    (Lane.LIFE, circles.joined),
)
"""Who tells of what. A room that has something to tell of a life writes `lived.py` and stands here."""


def line_of(
    patient_id: UUID, span: Span, reader: LifeReader, only: Collection[Lane] = tuple(Lane)
) -> dict[Lane, list[Happening]]:
    """By lane and in order, what this reader may know of that time. One statement of each room, and of those alone
    whose lane is wanted."""
    asked = Asked(patient_id, span.first, span.last, reader)
    found: dict[Lane, list[Happening]] = {}
    for lane, tell in ROOMS:
        if lane in only:
            found.setdefault(lane, []).extend(tell(asked))
    return {lane: sorted(told, key=order) for lane, told in found.items() if told}


def known_since(patient_id: UUID) -> datetime | None:
    """When somebody first had to do with her here: nothing is looked for before that year."""
    return db.session.scalar(select(func.min(Relation.since)).where(Relation.patient_id == patient_id))


def reader_of(patient_id: UUID, account: Account) -> LifeReader:
    """For who may open this person, which is asked before."""
    places = places_of_care(account)
    mine, won = _asked_here(account), _won_by(account)
    inside = or_(mine, CareRequest.state.in_(TAKEN) & CareRequest.id.in_(select(Offer.request_id).where(won)))
    return LifeReader(
        account=account,
        own=_own(patient_id, mine, won),
        inside=select(CareRequest.id).where(CareRequest.patient_id == patient_id, inside),
        alone=not places or keeps_the_team_apart(patient_id),
        places=places,
    )


def own_care(patient_id: UUID, account: Account) -> dict[UUID, Opens]:
    """By request that this person asked for or took, where she opens it: who asked, on its page; who took it, on her
    offer. What others do for the patient is known to her, and not hers to open."""
    return _own(patient_id, _asked_here(account), _won_by(account))


def _own(patient_id: UUID, mine: ColumnElement[bool], won: ColumnElement[bool]) -> dict[UUID, Opens]:
    found = (
        select(CareRequest.id, mine, Offer.id)
        .outerjoin(Offer, and_(Offer.request_id == CareRequest.id, won))
        .where(CareRequest.patient_id == patient_id, or_(mine, Offer.id.is_not(None)))
    )
    return {
        request_id: Opens("request", {"request_id": request_id}) if asked else Opens("offer", {"offer_id": offer_id})
        for request_id, asked, offer_id in db.session.execute(found)
    }


def _asked_here(account: Account) -> ColumnElement[bool]:
    return CareRequest.organization_id.in_(account.organizations(*REQUESTERS))


def _won_by(account: Account) -> ColumnElement[bool]:
    """Of an offer: this person took it, or the service where she works."""
    return and_(Offer.state == OfferState.WON, Offer.recipient_id.in_(recipients_of(account)))
