"""What the antivirus could not see when it came is opened by nobody until it has. A worker item."""

from datetime import datetime
from uuid import UUID

from app.core.db import db, transaction
from app.core.events import provider
from app.documents import actions, antivirus, queries
from app.documents.models import Document
from app.documents.rules import MOST_SCANS_TOGETHER


@provider
def let_go(document: Document, now: datetime) -> None:
    """It is about to be erased: whoever joined it to something forgets that, and says so on its screens."""


def scan_due(now: datetime) -> int:
    """Look at those whose turn it is; returns how many were settled, one way or the other."""
    ids = [each.id for each in queries.in_quarantine(now, MOST_SCANS_TOGETHER)]
    return sum(_settled(each, now) for each in ids)


def _settled(document_id: UUID, now: datetime) -> bool:
    document = db.session.get(Document, document_id)
    body = document.body if document else b""
    db.session.rollback()  # No reading goes on while a server is waited for.
    verdict = antivirus.scan(body)
    with transaction():
        document = db.session.get(Document, document_id)
        if document is None or document.scan_at is None:
            return False
        if verdict is antivirus.Verdict.FOUND:
            let_go(document, now)
            actions.erase([document], "antivirus", now=now)
        else:
            clean = verdict is antivirus.Verdict.CLEAN
            document.scan_at = None if clean else now + actions.SCAN_AGAIN
    return verdict is not antivirus.Verdict.UNKNOWN
