"""Which documents are joined to what was asked, and who opens them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from app.accounts.models import REQUESTERS, Account
from app.care_requests.models import CareRequest, EpisodeDocument
from app.care_requests.queries import performs
from app.care_requests.rules import TAKEN
from app.consents.objections import refuses
from app.core.db import db
from app.documents.models import Document


def joined_to(episode_id: UUID) -> Sequence[Document]:
    """Without what they hold, which is read only when one is opened."""
    joined = select(Document).join(EpisodeDocument).where(EpisodeDocument.episode_id == episode_id)
    return db.session.scalars(joined.order_by(Document.id)).all()


def may_open(account: Account, document_id: UUID) -> bool:
    """The requester's side (the doctor who decides for it, too) and who accepted one of the needs; nobody else, and
    nobody whom the person refuses by name."""
    needs = needs_of(document_id)
    if needs and refuses(needs[0].patient_id, account):
        return False
    asks = account.organizations(*REQUESTERS)
    asked = any(need.organization_id in asks or need.decider_id == account.id for need in needs)
    return asked or any(need.state in TAKEN and performs(need, account) for need in needs)


def needs_of(document_id: UUID) -> Sequence[CareRequest]:
    """What was asked in the event to which it is joined, the first first."""
    joined = select(CareRequest).join(EpisodeDocument, EpisodeDocument.episode_id == CareRequest.episode_id)
    return db.session.scalars(joined.where(EpisodeDocument.document_id == document_id).order_by(CareRequest.id)).all()
