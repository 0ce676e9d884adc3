"""Documents joined to what was asked: sealed, few, small, and opened only by those who need them."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from uuid import UUID

from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage

from app.accounts.models import Account
from app.audit.actions import record
from app.care_requests.actions import note, refresh_screens
from app.care_requests.models import Attachment, CareRequest, Episode
from app.care_requests.queries import REQUESTER_ROLES, performs, together
from app.care_requests.rules import TAKEN
from app.core.db import db

LARGEST = 5_000_000  # bytes, of each
MOST = 5  # of one episode

SIGNS = {
    b"%PDF-": ("application/pdf", "pdf"),
    b"\xff\xd8\xff": ("image/jpeg", "jpg"),
    b"\x89PNG\r\n\x1a\n": ("image/png", "png"),
}
"""How each kind begins. What a file calls itself proves nothing."""


class WrongDocument(ValueError):
    """Why it cannot be joined, in words for who tries."""


@dataclass(frozen=True)
class Document:
    """What may be joined: a name without a path, the kind that its first bytes show, and itself."""

    name: str
    media_type: str
    body: bytes


def received(uploads: Iterable[FileStorage]) -> list[Document]:
    """What a browser sent, checked; fields in which nothing was chosen are nothing. Raises `WrongDocument`."""
    sent = [each for each in uploads if each.filename]
    if len(sent) > MOST:
        raise WrongDocument(f"{MOST} documents au plus pour une demande.")
    return [document(each.filename or "", each.stream.read(LARGEST + 1)) for each in sent]


def document(name: str, body: bytes) -> Document:
    """Checked and named safely. Raises `WrongDocument`."""
    if len(body) > LARGEST:
        raise WrongDocument("Ce fichier est trop lourd\u00a0: 5\u00a0Mo au plus.")
    kind = next((kind for sign, kind in SIGNS.items() if body.startswith(sign)), None)
    if kind is None:
        raise WrongDocument("Choisissez un PDF, ou une photo JPEG ou PNG.")
    return Document(safe_name(name, kind[1]), kind[0], body)


def safe_name(name: str, extension: str) -> str:
    """Letters, digits, spaces, dashes and dots of the last part of a path; the extension is that of the content."""
    last = PurePosixPath(unicodedata.normalize("NFC", name).replace("\\", "/")).name
    kept = re.sub(r"[^\w\- .]+", " ", last.rpartition(".")[0] or last)
    return f"{' '.join(kept.split()).strip('. ')[:80] or 'document'}.{extension}"


def join(request: CareRequest, documents: Sequence[Document], *, by: Account, now: datetime) -> None:
    """Join these to the request's episode. Raises `WrongDocument` when there would be too many."""
    db.session.scalars(select(Episode).where(Episode.id == request.episode_id).with_for_update(key_share=True)).one()
    here = select(func.count()).select_from(Attachment).where(Attachment.episode_id == request.episode_id)
    if (db.session.scalar(here) or 0) + len(documents) > MOST:
        raise WrongDocument(f"{MOST} documents au plus pour une demande.")
    for each in documents:
        _add(request, each, by, now)
    if documents:
        for need in together(request):
            refresh_screens(need)


def _add(request: CareRequest, added: Document, by: Account, now: datetime) -> None:
    row = Attachment(
        episode_id=request.episode_id,
        name=added.name,
        media_type=added.media_type,
        size=len(added.body),
        body=added.body,
        added_by_id=by.id,
        at=now,
    )
    db.session.add(row)
    db.session.flush()
    note(request, "attached", by=by, now=now)
    _note("added", row, request.patient_id, by, now)


def joined_to(episode_id: UUID) -> Sequence[Attachment]:
    """Without what they hold, which is read only when one is opened."""
    return db.session.scalars(
        select(Attachment).where(Attachment.episode_id == episode_id).order_by(Attachment.id)
    ).all()


def for_account(attachment_id: UUID, account: Account) -> Attachment | None:
    """The document, for the requester's side (the doctor who decides for it, too) and for who accepted one of the
    needs; for nobody else."""
    attachment = db.session.get(Attachment, attachment_id)
    if attachment is None:
        return None
    needs = db.session.scalars(select(CareRequest).where(CareRequest.episode_id == attachment.episode_id)).all()
    asks = account.organizations(*REQUESTER_ROLES)
    asked = any(need.organization_id in asks or need.decider_id == account.id for need in needs)
    accepted = any(need.state in TAKEN and performs(need, account) for need in needs)
    return attachment if asked or accepted else None


def opened(attachment: Attachment, *, by: Account, now: datetime) -> None:
    """Leave a line: every opening is somebody reading about the patient."""
    episode = db.session.get_one(Episode, attachment.episode_id)
    _note("opened", attachment, episode.patient_id, by, now)


def _note(what: str, attachment: Attachment, patient_id: UUID | None, by: Account, now: datetime) -> None:
    record(f"attachment.{what}", attachment.id, by, now=now, patient=patient_id, episode=attachment.episode_id)
