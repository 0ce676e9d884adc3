"""Whoever asks for what is not theirs hears nothing about it, and leaves a line."""

from uuid import UUID

from flask import Flask, Response, request
from flask_login import current_user

from app.audit.actions import record
from app.core import clock
from app.core.db import transaction


def init_app(app: Flask) -> None:
    app.after_request(note_refusal)


def note_refusal(response: Response) -> Response:
    """A signed-in person was refused something named by its id (ASVS 16.3.2)."""
    asked = next((value for value in (request.view_args or {}).values() if isinstance(value, UUID)), None)
    if response.status_code in (403, 404) and asked is not None and current_user.is_authenticated:
        actor = current_user.id
        with transaction():
            record(
                "access.refused",
                subject=asked,
                actor=actor,
                why="not theirs",
                now=clock.now(),
                result="refused",
                endpoint=request.endpoint,
            )
    return response
