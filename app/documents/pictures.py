"""A document as whoever may see it is given it: page by page as pictures, or whole. Who may is for each door to ask."""

from io import BytesIO

from flask import Response, abort, send_file

from app.core.db import db
from app.documents import sandbox
from app.documents.models import Document
from app.documents.rules import WrongDocument


def picture_of_page(document: Document, number: int) -> tuple[bytes, str]:
    """One page of it as a picture, the first being 1, and the picture's media type. No reading goes on meanwhile: rows
    have to be asked for again after it. 404 where there is no such page, 503 where it cannot be drawn now."""
    if not 0 < number <= (document.pages or 0):
        abort(404)
    media_type, body = document.media_type, document.body
    db.session.rollback()
    if media_type == "application/pdf":
        try:
            media_type, _pages, body = sandbox.page(body, number)
        except WrongDocument:
            abort(503)
    return body, media_type


def sent(body: bytes, media_type: str, name: str | None = None) -> Response:
    answer = send_file(
        BytesIO(body), media_type, as_attachment=bool(name), download_name=name, etag=False, max_age=None
    )
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
