"""What is read for one person's page."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from app.accounts.models import Account
from app.core.db import db
from app.documents.models import Document
from app.documents.rights import for_account

MOST = 50


def documents_of(patient_id: UUID, account: Account) -> Sequence[Document]:
    """Those that this person may open, the newest first."""
    hers = Document.patient_id == patient_id, Document.waits.is_(False)
    found = db.session.scalars(select(Document).where(*hers).order_by(Document.id.desc()).limit(MOST)).all()
    return [each for each in found if for_account(each.id, account)]
