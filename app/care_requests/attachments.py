"""Documents joined to what was asked: few, seen by those who care for it, opened only by those who need them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage

from app.accounts.models import REQUESTERS, Account
from app.audit.actions import record
from app.care_requests.actions import note, refresh_screens
from app.care_requests.models import CareRequest, Episode, EpisodeDocument
from app.care_requests.queries import performs, together
from app.care_requests.rules import TAKEN
from app.core.db import db
from app.core.language import gettext as _
from app.documents import actions as documents
from app.documents.models import Document
from app.documents.rules import LARGEST, Upload, WrongDocument, checked

MOST = 5
"""Documents of one episode."""

ROOM = MOST * LARGEST + 1_000_000
"""Bytes of a form with as many documents as may be joined."""


def read_uploads(uploads: Iterable[FileStorage]) -> list[Upload]:
    """What a browser sent, checked; fields in which nothing was chosen are nothing. Raises `WrongDocument`."""
    sent = [each for each in uploads if each.filename]
    if len(sent) > MOST:
        raise WrongDocument(_("%(most)s documents au plus pour une demande.", most=MOST))
    return [checked(each.filename or "", each.stream.read(LARGEST + 1)) for each in sent]


def join(request: CareRequest, uploads: Sequence[Upload], *, by: Account, now: datetime) -> None:
    """Join these to the request's episode. Raises `WrongDocument` when there would be too many."""
    db.session.scalars(select(Episode).where(Episode.id == request.episode_id).with_for_update(key_share=True)).one()
    here = select(func.count()).select_from(EpisodeDocument).where(EpisodeDocument.episode_id == request.episode_id)
    if (db.session.scalar(here) or 0) + len(uploads) > MOST:
        raise WrongDocument(_("%(most)s documents au plus pour une demande.", most=MOST))
    for each in uploads:
        _join(request, documents.store(each, request.patient_id, by=by, now=now), by, now)
    if uploads:
        for need in together(request):
            refresh_screens(need)


def _join(request: CareRequest, document: Document, by: Account, now: datetime) -> None:
    db.session.add(EpisodeDocument(document_id=document.id, episode_id=request.episode_id))
    note(request, "attached", by=by, now=now)
    record("attachment.added", document, by, now=now, episode=request.episode_id)


def joined_to(episode_id: UUID) -> Sequence[Document]:
    """Without what they hold, which is read only when one is opened."""
    joined = select(Document).join(EpisodeDocument).where(EpisodeDocument.episode_id == episode_id)
    return db.session.scalars(joined.order_by(Document.id)).all()


def may_open(account: Account, document_id: UUID) -> bool:
    """The requester's side (the doctor who decides for it, too) and who accepted one of the needs; nobody else."""
    joined = select(CareRequest).join(EpisodeDocument, EpisodeDocument.episode_id == CareRequest.episode_id)
    needs = db.session.scalars(joined.where(EpisodeDocument.document_id == document_id)).all()
    asks = account.organizations(*REQUESTERS)
    asked = any(need.organization_id in asks or need.decider_id == account.id for need in needs)
    return asked or any(need.state in TAKEN and performs(need, account) for need in needs)
