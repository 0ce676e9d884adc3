"""Reads of passages."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, select

from app.care_requests.models import CareRequest
from app.care_requests.queries import family
from app.core.db import db, rows
from app.documents.models import Document
from app.passages.models import Passage, PassageDocument
from app.passages.rules import PassageState, rank


def of_request(request_id: UUID) -> Sequence[Passage]:
    return db.session.scalars(select(Passage).where(Passage.request_id == request_id)).all()


def of_plan(plan_id: UUID) -> Sequence[Passage]:
    """Of all who share it, in order."""
    return sorted(db.session.scalars(select(Passage).where(Passage.plan_id == plan_id)), key=rank)


def plan_of(request: CareRequest) -> UUID:
    """The request that was asked, of which this one is all or a part."""
    first = db.session.scalar(family(request).order_by(CareRequest.id).limit(1))
    return first or request.id


class PassageFacts(NamedTuple):
    """A passage as screens read it."""

    id: UUID
    request_id: UUID
    role_id: UUID
    day: date
    moment: str
    state: PassageState
    held: bool
    late_at: datetime | None
    asked_at: datetime | None
    starts_at: datetime | None
    said_at: datetime | None
    note: str | None


_SHOWN = (
    *(Passage.id, Passage.request_id, Passage.role_id, Passage.day, Passage.moment, Passage.state, Passage.held),
    *(Passage.late_at, Passage.asked_at, Passage.starts_at, Passage.said_at, Passage.note),
)
_OF = select(*_SHOWN).where(Passage.request_id.in_(bindparam("requests", expanding=True)))


def shown(request_ids: Collection[UUID]) -> list[PassageFacts]:
    """Of these requests, in order."""
    return sorted((PassageFacts(*row) for row in rows(_OF, requests=list(request_ids))), key=rank)


def photos_of(passage_ids: Collection[UUID]) -> dict[UUID, list[Document]]:
    """By passage, without what they hold."""
    joined = select(PassageDocument.passage_id, Document).join(Document, Document.id == PassageDocument.document_id)
    found: dict[UUID, list[Document]] = {}
    for passage_id, document in db.session.execute(joined.where(PassageDocument.passage_id.in_(passage_ids))):
        found.setdefault(passage_id, []).append(document)
    return found
