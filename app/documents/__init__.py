"""Sealed files about a patient: what they are, and who may open them."""

from flask import Flask


def init_app(app: Flask) -> None:
    from app.documents.views import bp

    app.register_blueprint(bp)
