"""Documents joined to what was asked: few, and erased once their time is up and the care is over."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, or_, select

from app.accounts.models import Account
from app.attachments.queries import needs_of
from app.audit.actions import record
from app.care_requests.actions import note, refresh_screens
from app.care_requests.models import CareRequest, Episode, EpisodeDocument
from app.care_requests.queries import together
from app.care_requests.rules import OPEN
from app.core.db import db, lock_in_order, transaction
from app.documents import actions as documents
from app.documents import queries as document_queries
from app.documents.models import Document
from app.documents.rules import WrongDocument
from app.jobs.timers import Due
from app.language.phrases import gettext as _

MOST = 5
"""Documents of one episode, of each person who joins some."""

ERASED_AT_ONCE = 50


def join(
    request: CareRequest, sent: Sequence[Document], type_slug: str, *, by: Account, now: datetime, most: int = MOST
) -> None:
    """Join what waits for its sender to the request's episode. Raises `WrongDocument` when there would be too many of
    hers."""
    db.session.scalars(select(Episode).where(Episode.id == request.episode_id).with_for_update(key_share=True)).one()
    ids = [each.id for each in sent]
    lock_in_order(Document, Document.id.in_(ids))
    waiting = document_queries.waiting_of(by.id, now, ids)  # One that a second tap has joined meanwhile is joined.
    hers = EpisodeDocument.episode_id == request.episode_id, Document.added_by_id == by.id
    here = select(func.count()).select_from(EpisodeDocument).join(Document).where(*hers)
    if (db.session.scalar(here) or 0) + len(waiting) > most:
        raise WrongDocument(_("%(most)s documents au plus pour une demande.", most=most))
    for each in waiting:
        documents.join(each, type_slug, request.patient_id, now=now)
        _join(request, each, by, now)
    if waiting:
        _refresh(request)


def _refresh(request: CareRequest) -> None:
    for need in together(request):
        refresh_screens(need)


def _join(request: CareRequest, document: Document, by: Account, now: datetime) -> None:
    db.session.add(EpisodeDocument(document_id=document.id, episode_id=request.episode_id))
    note(request, "attached", by=by, now=now)
    record("attachment.added", document, by, now=now, episode=request.episode_id)


def _over(now: datetime) -> ColumnElement[bool]:
    """Its time is up, and no care for which it was joined is still under way."""
    cared_for = (
        select(EpisodeDocument.document_id)
        .join(CareRequest, CareRequest.episode_id == EpisodeDocument.episode_id)
        .where(EpisodeDocument.document_id == Document.id, CareRequest.state.in_(OPEN))
    )
    return (Document.expires_at <= now) & or_(Document.waits, ~cared_for.exists())


def erase_due(now: datetime) -> int:
    """Erase documents whose time is up; returns how many. A worker item."""
    due = select(Document).where(_over(now)).order_by(Document.expires_at, Document.id).limit(ERASED_AT_ONCE)
    if db.session.scalar(select(Document.id).where(_over(now)).limit(1)) is None:
        return 0
    with transaction():
        over = db.session.scalars(due).all()
        for each in over:
            forget(each, now)
        documents.erase(over, "retention", now=now)
        return len(over)


def forget(document: Document, now: datetime) -> None:
    """It is about to be erased: its request forgets it, and says that it is gone."""
    needs = needs_of(document.id)
    db.session.execute(delete(EpisodeDocument).where(EpisodeDocument.document_id == document.id))
    if needs:
        note(needs[0], "erased", now=now)
        _refresh(needs[0])


def oldest_due(now: datetime) -> Due:
    """Since when a document should have been erased."""
    return select(func.min(Document.expires_at)).where(_over(now))
