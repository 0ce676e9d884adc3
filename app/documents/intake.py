"""What a browser sends becomes documents that wait for their sender: each read apart, before any transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from flask import request
from werkzeug.datastructures import FileStorage

from app.core.db import db, transaction
from app.core.forms import uuid_or_none
from app.documents import actions, antivirus, queries, sandbox
from app.documents.models import Document
from app.documents.rules import (
    EXTENSIONS,
    LARGEST,
    MOST_WAITING,
    TYPES,
    Upload,
    WrongDocument,
    bare_name,
    safe_name,
)
from app.language.phrases import gettext as _

FIELD, KEPT = "document", "kept_document"
"""How a form calls the files that it sends, and those that came before it."""

ROOM = 5 * LARGEST + 1_000_000
"""Bytes of a form with as many documents as anything takes at once."""


@dataclass
class Intake:
    """What this request brought. `wrong`: a sentence for each file that is not kept."""

    documents: list[Document] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.documents or self.wrong)


def type_said(usual: str) -> str:
    """What the form says that its documents are; `usual` where it says nothing that is known."""
    said = request.form.get("document_type", "")
    return said if said in TYPES else usual


def received(*, by: UUID, now: datetime) -> Intake:
    """The files of this request, kept for `by`, and those that she sent before and still wants. Opens transactions."""
    brought = Intake(list(_sent_before(by, now)))
    return _kept(brought, request.files.getlist(FIELD), by, now)


def keep_files_of_request(account_id: UUID, now: datetime) -> tuple[list[tuple[str, str]], bool]:
    """For a form that must wait (`drafts`): the fields that lead back to its files, and whether one was not kept."""
    brought = _kept(Intake(), request.files.getlist(FIELD), account_id, now)
    return [(KEPT, str(each.id)) for each in brought.documents], bool(brought.wrong)


def _sent_before(by: UUID, now: datetime) -> Sequence[Document]:
    ids = [found for text in request.form.getlist(KEPT)[: 2 * MOST_WAITING] if (found := uuid_or_none(text))]
    return queries.waiting_of(by, now, ids) if ids else []


def _kept(brought: Intake, files: Iterable[FileStorage], by: UUID, now: datetime) -> Intake:
    sent = [file for file in files if file.filename]
    if not sent:
        return brought
    db.session.rollback()  # No reading goes on while files are looked at, which takes seconds.
    uploads: list[Upload] = []
    for file in sent[:MOST_WAITING]:
        try:
            uploads.append(read(file.filename or "", file.stream.read(LARGEST + 1)))
        except WrongDocument as wrong:
            brought.wrong.append(str(wrong))
    if len(sent) > MOST_WAITING:
        brought.wrong.append(str(WrongDocument.because("too-many-waiting", most=MOST_WAITING)))
    if uploads:
        with transaction():
            for upload in uploads:
                try:
                    brought.documents.append(actions.keep_waiting(upload, by=by, now=now))
                except WrongDocument as wrong:
                    brought.wrong.append(str(wrong))
    return brought


def read(name: str, body: bytes) -> Upload:
    """Looked at by the antivirus, then made anew. Raises `WrongDocument`, which names the file."""
    called = bare_name(name)
    try:
        if len(body) > LARGEST:
            raise WrongDocument.because("too-heavy")
        verdict = antivirus.scan(body)
        if verdict is antivirus.Verdict.FOUND:
            raise WrongDocument.because("infected")
        made = sandbox.keep(body)
    except WrongDocument as wrong:
        raise WrongDocument(_("%(name)s : %(why)s", name=called, why=wrong) if called else str(wrong)) from None
    scanned = verdict is antivirus.Verdict.CLEAN
    return Upload(safe_name(name, EXTENSIONS[made.media_type]), made.media_type, made.pages, made.body, scanned)
