"""Keeping a document, and the line that every opening leaves."""

from datetime import datetime
from uuid import UUID

from app.accounts.models import Account
from app.audit.actions import record
from app.core.db import db
from app.documents.models import Document
from app.documents.rules import Upload


def store(upload: Upload, patient_id: UUID | None, *, by: Account, now: datetime) -> Document:
    """Whoever joins it to something says so there, and leaves the line of it."""
    document = Document(
        patient_id=patient_id,
        name=upload.name,
        media_type=upload.media_type,
        size=len(upload.body),
        body=upload.body,
        added_by_id=by.id,
        at=now,
    )
    db.session.add(document)
    db.session.flush()
    return document


def note_opening(document: Document, *, by: Account, now: datetime) -> None:
    """Every opening is somebody reading about the patient."""
    record("attachment.opened", document, by, now=now)
