"""Documents joined to a request: added later, and opened by those who may."""

from io import BytesIO
from uuid import UUID

from flask import Blueprint, Response, abort, request, send_file, url_for

from app.accounts.guards import by_account, me, role, signed_in_anywhere
from app.care_requests import attachments
from app.care_requests.attachments import WrongDocument
from app.core import clock
from app.core.db import transaction
from app.core.htmx import see_other
from app.core.limits import MINUTE, limited
from app.core.security import takes
from app.desk import REQUESTERS
from app.desk.asking import ROOM
from app.desk.door import asked_by_us
from app.desk.door import bp as desk
from app.desk.following import follow_page

bp = Blueprint("attachments", __name__, url_prefix="/attachments")
"""Of its own: the practitioner's door leads here as well."""


@desk.post("/requests/<uuid:request_id>/attachments")
@role(*REQUESTERS)
@limited("attachment", 30, MINUTE, of=by_account)
@takes(ROOM)
def attach(request_id: UUID) -> Response:
    now = clock.now()
    asked_by_us(request_id)
    try:
        documents = attachments.received(request.files.getlist("document"))
        if not documents:
            raise WrongDocument("Choisissez un fichier.")
        with transaction():
            attachments.join(asked_by_us(request_id), documents, by=me(), now=now)
    except WrongDocument as wrong:
        return follow_page(asked_by_us(request_id).id, status=422, wrong_document=str(wrong))
    return see_other(url_for("desk.follow", request_id=request_id))


@bp.get("/<uuid:attachment_id>")
@signed_in_anywhere
def download(attachment_id: UUID) -> Response:
    """Always as a file to keep, never shown inside Relais: what somebody joined is not ours to run."""
    with transaction():
        found = attachments.for_account(attachment_id, me()) or abort(404)
        attachments.opened(found, by=me(), now=clock.now())
        name, media_type, body = found.name, found.media_type, found.body
    answer = send_file(BytesIO(body), media_type, as_attachment=True, download_name=name, etag=False, max_age=None)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
