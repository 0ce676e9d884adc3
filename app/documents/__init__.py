"""Sealed files about a patient: what they are, and who may open them."""

from flask import Flask

from app.documents.views import bp


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
