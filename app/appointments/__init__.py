"""Visits: when, where, in which mode; and the patient's own link to them."""

from flask import Flask


def init_app(app: Flask) -> None:
    from app.appointments.actions import forget_times
    from app.appointments.views import bp
    from app.membership.leaving import on_leaving

    app.register_blueprint(bp)
    on_leaving(forget_times)
