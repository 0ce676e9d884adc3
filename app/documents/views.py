"""Sending documents, and looking at them inside Relais, from whichever door leads here.

No page is shown by the browser's own reader: Android's has none, and it would leave a file behind. A page is a picture.
"""

from uuid import UUID

from flask import Blueprint, Response, abort, render_template, request

from app import clock
from app.accounts.guards import by_account, me, role, signed_in, signed_in_anywhere
from app.accounts.models import REQUESTERS
from app.accounts.rules import own_path
from app.core.db import db, transaction
from app.core.htmx import page
from app.core.limits import MINUTE, limited
from app.core.security import takes
from app.documents import actions, intake, rights, sandbox
from app.documents.models import Document
from app.documents.pages import DocumentPage
from app.documents.pictures import picture_of_page, sent
from app.documents.rules import LARGEST, WrongDocument
from app.language.phrases import gettext as _

bp = Blueprint("documents", __name__, url_prefix="/documents")


@bp.post("")
@role(*REQUESTERS)
@limited("document", 60, MINUTE, of=by_account)
@takes(LARGEST + 100_000)
def receive() -> Response:
    """One file at once, while a form is being filled in: it waits for that form, which then carries its id."""
    brought = intake.received(by=me().id, now=clock.now())
    if not brought:
        brought.wrong.append(_("Choisissez un fichier."))
    body = render_template("documents/_waiting.html", waiting=brought.documents, wrong=brought.wrong)
    return Response(body, status=422 if brought.wrong else 200)


@bp.get("/<uuid:document_id>")
@signed_in_anywhere
def show(document_id: UUID) -> Response:
    """Its pages, one below the other. `back`: the page of ours from which it was opened."""
    document, wrong = mine(document_id), ""
    try:
        document = made_anew(document)
    except WrongDocument as why:
        wrong = str(why)
    return page(DocumentPage(document, wrong, own_path(request.args.get("back", "/")), me().only_at is None))


@bp.get("/<uuid:document_id>/pages/<int:number>")
@signed_in_anywhere
def picture(document_id: UUID, number: int) -> Response:
    """One page as a picture, the first being 1."""
    document = openable(document_id)
    body, media_type = picture_of_page(document, number)
    note(document_id, number)
    return sent(body, media_type)


@bp.get("/<uuid:document_id>/file")
@signed_in
def download(document_id: UUID) -> Response:
    """To keep or to print, on a browser of one's own: nothing is left on a shared tablet."""
    document = openable(document_id)
    body, media_type, name = document.body, document.media_type, document.name
    note(document_id, None)
    return sent(body, media_type, name)


def mine(document_id: UUID) -> Document:
    return rights.for_account(document_id, me()) or abort(404)


def openable(document_id: UUID) -> Document:
    """Not in quarantine."""
    document = mine(document_id)
    return document if document.scan_at is None else abort(404)


def made_anew(document: Document) -> Document:
    """One that was kept before Relais showed documents itself is made anew at its first opening, as all are now.

    Raises `WrongDocument`: then it is there as it came, to be taken along.
    """
    if document.pages is not None:
        return document
    document_id, body = document.id, document.body
    db.session.rollback()
    made = sandbox.keep(body)
    with transaction():
        document = mine(document_id)
        document.media_type, document.pages, document.body = made
        document.size = len(made.body)
    return document


def note(document_id: UUID, number: int | None) -> None:
    with transaction():
        actions.note_opening(mine(document_id), number, by=me(), now=clock.now())
