"""Reads for the practitioner's screens that no other door needs."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.accounts.models import Account
from app.care_requests.models import Attachment, CareRequest, CareTask, InformationCopy, State
from app.core.db import db
from app.directory.models import PractitionerRole
from app.directory.queries import practitioner_of, recipients_of
from app.dispatch.models import Inquiry, Offer, OfferState
from app.dispatch.queries import given_back

COPIES_STAY = timedelta(days=30)
FREE = (State.SEARCHING, State.UNANSWERED)


def roles_of(account: Account) -> list[PractitionerRole]:
    """For whom this person answers: herself first, then the services where she works."""
    person = practitioner_of(account.id)
    services = select(PractitionerRole).where(
        PractitionerRole.id.in_(recipients_of(account)), PractitionerRole.practitioner_id.is_(None)
    )
    own = [person.role] if person and person.role else []
    return [*own, *db.session.scalars(services.order_by(PractitionerRole.id))]


def proposals(recipients: Collection[UUID]) -> Sequence[Offer]:
    """Yeses of these inboxes that wait for the requester's choice."""
    proposed = Offer.recipient_id.in_(recipients), Offer.state == OfferState.PROPOSED
    return db.session.scalars(select(Offer).where(*proposed).order_by(Offer.id)).all()


def still_free(recipients: Collection[UUID], now: datetime, limit: int = 5) -> Sequence[Offer]:
    """What these inboxes let pass and nobody has taken since, as long as it can still be useful; the latest first."""
    statement = (
        select(Offer)
        .join(CareRequest, CareRequest.id == Offer.request_id)
        .options(joinedload(Offer.request).joinedload(CareRequest.patient))
        .where(Offer.recipient_id.in_(recipients), Offer.state == OfferState.EXPIRED)
        .where(CareRequest.state.in_(FREE), CareRequest.window_end > now)
        .order_by(Offer.id.desc())
    )
    latest: dict[UUID, Offer] = {}
    for offer in db.session.scalars(statement.limit(4 * limit)):
        latest.setdefault(offer.request_id, offer)
    said = select(Offer.request_id).where(
        Offer.recipient_id.in_(recipients), Offer.request_id.in_(latest), Offer.state != OfferState.EXPIRED
    )
    answered_or_asked_again = set(db.session.scalars(said))
    return [offer for request_id, offer in latest.items() if request_id not in answered_or_asked_again][:limit]


def standing(offer: Offer) -> str:
    """Where this offer stands, as she may be told: its state, and why it was withdrawn when it was (`cancelled`,
    `given-back` or `taken-back`)."""
    if offer.state is not OfferState.WITHDRAWN:
        return offer.state.value
    if offer.request.state is State.CANCELLED:
        return "cancelled"
    return "given-back" if given_back(offer) else "taken-back"


def answered(offers: Iterable[Offer]) -> set[UUID]:
    """Of these, those whose question has its answer."""
    ids = [offer.id for offer in offers]
    said = select(Inquiry.offer_id).where(Inquiry.offer_id.in_(ids), Inquiry.answered_at.is_not(None))
    return set(db.session.scalars(said))


def tasks(recipients: Collection[UUID], request_id: UUID | None = None) -> Sequence[tuple[CareTask, Offer]]:
    """What these inboxes still have to do for what they took, the most pressing first, each with its offer."""
    statement = (
        select(CareTask, Offer)
        .join(Offer, Offer.request_id == CareTask.request_id)
        .where(Offer.recipient_id.in_(recipients), Offer.state == OfferState.WON)
        .where(CareTask.owner == "performer", CareTask.done_at.is_(None))
        .order_by(CareTask.due_at)
    )
    if request_id:
        statement = statement.where(CareTask.request_id == request_id)
    return [(task, offer) for task, offer in db.session.execute(statement)]


def task_of(task_id: UUID, recipients: Collection[UUID]) -> tuple[CareTask, Offer] | None:
    """The task, done or not, if it falls to one of these inboxes."""
    statement = (
        select(CareTask, Offer)
        .join(Offer, Offer.request_id == CareTask.request_id)
        .where(CareTask.id == task_id, CareTask.owner == "performer")
        .where(Offer.recipient_id.in_(recipients), Offer.state == OfferState.WON)
    )
    found = db.session.execute(statement).first()
    return (found[0], found[1]) if found else None


def copies(practitioner_id: UUID, now: datetime, *, unread: bool = False) -> Sequence[InformationCopy]:
    """News for this person, the unread first, then the latest."""
    statement = select(InformationCopy).where(
        InformationCopy.practitioner_id == practitioner_id, InformationCopy.at > now - COPIES_STAY
    )
    if unread:
        statement = statement.where(InformationCopy.read_at.is_(None))
    newest = statement.order_by(InformationCopy.read_at.is_not(None), InformationCopy.id.desc())
    return db.session.scalars(newest.limit(50)).all()


def attachments(request: CareRequest) -> Sequence[Attachment]:
    """The documents joined to this episode; their bodies stay where they are."""
    joined = select(Attachment).where(Attachment.episode_id == request.episode_id)
    return db.session.scalars(joined.order_by(Attachment.id)).all()
