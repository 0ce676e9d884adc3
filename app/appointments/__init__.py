"""Visits: when, where, in which mode; and the patient's own link to them."""

from flask import Flask


def init_app(app: Flask) -> None:
    from app.appointments.views import bp

    app.register_blueprint(bp)
