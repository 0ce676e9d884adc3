"""Sealed files about a patient: how they come in, what they are, and who may open them."""

from flask import Flask

from app.core.events import listen
from app.documents.actions import forget_waiting
from app.documents.intake import keep_files_of_request
from app.documents.rules import TYPES
from app.documents.views import bp
from app.drafts.views import keep_files
from app.membership.leaving import Departure


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.jinja_env.globals["document_types"] = TYPES
    keep_files.provide(app, keep_files_of_request)
    listen(app, Departure, forget_waiting)
