"""What is hers: another's offer is as unknown to her as one that does not exist."""

from uuid import UUID

from flask import abort, url_for
from sqlalchemy import Uuid, bindparam, select
from sqlalchemy.orm import contains_eager, joinedload

from app.accounts.guards import me
from app.accounts.models import Account
from app.care_requests import actions as care_requests
from app.care_requests.models import CareRequest
from app.consents.objections import names_reader
from app.core.db import db
from app.directory.models import PractitionerRole
from app.directory.queries import recipients_of
from app.dispatch.models import Offer
from app.inbox.queries import Recipient, recipients, roles_of
from app.organizations.models import Organization

_REQUEST = contains_eager(Offer.request)
_OFFER = (
    select(Offer)
    .join(Offer.request)
    .where(Offer.id == bindparam("id"), ~names_reader(CareRequest.patient_id, bindparam("reader", type_=Uuid())))
    .options(
        _REQUEST.joinedload(CareRequest.patient),
        _REQUEST.joinedload(CareRequest.commune),
        _REQUEST.joinedload(CareRequest.organization).joinedload(Organization.parent),
        joinedload(Offer.role),
    )
)


def my_inboxes() -> list[UUID]:
    """Mine, and those of the services where I answer; somebody without any has no such page."""
    return recipients_of(me()) or abort(404)


def my_recipients() -> list[Recipient]:
    """The same, with what the inbox shows of each."""
    found = recipients(me())
    return found if any(one.on_call for one in found) else abort(404)


def my_roles() -> list[PractitionerRole]:
    return roles_of(me()) or abort(404)


def my_role(recipient: str) -> PractitionerRole:
    """The one of my roles whose inbox is named so; my first when none is named."""
    mine = my_roles()
    named = [role for role in mine if str(role.recipient_id) == recipient] if recipient else mine
    return named[0] if named else abort(404)


def my_offer(offer_id: UUID) -> Offer:
    return my_offer_of(offer_id, me())


def my_offer_of(offer_id: UUID, account: Account) -> Offer:
    """The offer, if it was made to one of this person's inboxes and its patient does not refuse her, with what its page
    shows."""
    offer = db.session.scalars(_OFFER, {"id": offer_id, "reader": account.id}).one_or_none()
    return offer if offer and offer.recipient_id in recipients_of(account) else abort(404)


def locked_offer_of(offer_id: UUID, account: Account) -> Offer:
    """The offer as it stands, with its request, which nobody else moves until the transaction ends."""
    found = my_offer_of(offer_id, account)
    care_requests.lock(found.request_id)
    db.session.refresh(found)
    return found


def url_of(offer_id: UUID) -> str:
    return url_for("inbox.offer", offer_id=offer_id)
