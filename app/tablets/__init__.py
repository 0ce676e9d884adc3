"""Shared tablets: a ward's own, enrolled once, where each nurse comes in with a short code of hers."""

from flask import Flask

from app.core.events import listen
from app.membership.leaving import Departure
from app.tablets import actions, administration, badges, views  # noqa: F401 -- they add their routes
from app.tablets.door import bp


def init_app(app: Flask) -> None:
    listen(app, Departure, actions.forget_codes)
    app.register_blueprint(bp)
