"""Opening a document, from whichever door leads to it."""

from io import BytesIO
from uuid import UUID

from flask import Blueprint, Response, abort, send_file

from app.accounts.guards import me, signed_in_anywhere
from app.core import clock
from app.core.db import transaction
from app.documents import actions, rights

bp = Blueprint("documents", __name__, url_prefix="/documents")


@bp.get("/<uuid:document_id>")
@signed_in_anywhere
def download(document_id: UUID) -> Response:
    """Always as a file to keep, never shown inside Relais: what somebody joined is not ours to run."""
    with transaction():
        document = rights.for_account(document_id, me()) or abort(404)
        actions.note_opening(document, by=me(), now=clock.now())
        name, media_type, body = document.name, document.media_type, document.body
    answer = send_file(BytesIO(body), media_type, as_attachment=True, download_name=name, etag=False, max_age=None)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
