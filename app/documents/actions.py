"""Keeping a document, joining it, the line that every opening leaves, and erasing it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select

from app.accounts.models import Account
from app.audit.actions import record
from app.core.db import db, in_order
from app.core.events import announce
from app.documents.models import Document
from app.documents.queries import waiting_of
from app.documents.rules import MOST_WAITING, WAITS, Upload, WrongDocument, expires_at
from app.membership.leaving import Departure

SCAN_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True)
class DocumentsErased:
    """Whoever points to them in a room above forgets them, before they go."""

    ids: Sequence[UUID]


def keep_waiting(upload: Upload, *, by: UUID, now: datetime) -> Document:
    """Kept for its sender alone, until it is joined or its hours are over. Raises `WrongDocument`: too many wait."""
    if len(waiting_of(by, now)) >= MOST_WAITING:
        raise WrongDocument.because("too-many-waiting", most=MOST_WAITING)
    document = Document(
        name=upload.name,
        media_type=upload.media_type,
        size=len(upload.body),
        pages=upload.pages,
        body=upload.body,
        added_by_id=by,
        at=now,
        waits=True,
        expires_at=now + WAITS,
        scan_at=None if upload.scanned else now + SCAN_AGAIN,
    )
    db.session.add(document)
    db.session.flush()
    return document


def join(
    document: Document, type_slug: str, patient_id: UUID | None, *, now: datetime, not_before: datetime | None = None
) -> None:
    """It waits no more: it is about this patient. Who joins it to something says so there, and leaves the line.

    `not_before`: when the care ends for which it was sent, so that it is not erased while it lasts.
    """
    document.waits, document.patient_id = False, patient_id
    document.type, document.expires_at = type_slug, max(expires_at(type_slug, now), not_before or now)


def note_opening(document: Document, page: int | None, *, by: Account, now: datetime) -> None:
    """Every page that is shown is somebody reading about the patient. `page`: none when the whole file is taken along.

    What waits is its sender's own, and about nobody yet.
    """
    if not document.waits:
        record("attachment.opened", document, by, now=now, page=page)


def erase(documents: Sequence[Document], why: str, *, now: datetime) -> None:
    """For good, once nothing points to them any more. What only waited had never been about anybody."""
    announce(DocumentsErased([each.id for each in documents]))
    for document in documents:
        if not document.waits:
            record("attachment.erased", document, now=now, why=why)
    erase_rows([each.id for each in documents])


def erase_rows(ids: Iterable[UUID]) -> None:
    mine = in_order(Document, Document.id.in_(list(ids)))
    db.session.execute(delete(Document).where(Document.id.in_(mine)).execution_options(synchronize_session=False))


def forget_waiting(departure: Departure) -> None:
    """What she had sent and not joined may be about people of the place that she has left."""
    erase_rows(
        db.session.scalars(select(Document.id).where(Document.added_by_id == departure.account_id, Document.waits))
    )
