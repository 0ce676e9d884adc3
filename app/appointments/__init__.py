"""Visits: when, where, in which mode; and the patient's own link to them."""

from flask import Flask

from app.appointments.actions import forget_times
from app.appointments.views import bp
from app.core.events import listen
from app.membership.leaving import Departure


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    listen(app, Departure, forget_times)
