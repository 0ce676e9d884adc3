"""Whoever asks for what is not theirs hears nothing about it, and leaves a line."""

from uuid import UUID

import structlog
from flask import Flask, Response, request
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from app import clock
from app.audit.actions import record
from app.core.db import transaction

log = structlog.get_logger()


def init_app(app: Flask) -> None:
    app.after_request(note_refusal)


def note_refusal(response: Response) -> Response:
    """A signed-in person was refused something named by its id (ASVS 16.3.2).

    The answer is what it is, whatever becomes of its note: a database that is away turns no "not found" into an error.
    """
    asked = next((value for value in (request.view_args or {}).values() if isinstance(value, UUID)), None)
    if response.status_code in (403, 404) and asked is not None:
        try:
            _note(asked)
        except SQLAlchemyError as error:
            log.error("refusal_not_noted", endpoint=request.endpoint, subject=str(asked), error=type(error).__name__)
    return response


def _note(asked: UUID) -> None:
    if not current_user.is_authenticated:
        return
    actor = current_user.id
    with transaction():
        record("access.refused", asked, actor, now=clock.now(), result="refused", endpoint=request.endpoint)
