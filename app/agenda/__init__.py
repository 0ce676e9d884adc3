"""Who comes when: the week of one person, with all who come to her, and the week of one who comes."""

from flask import Flask

from app.agenda import feed  # noqa: F401 -- adds its routes
from app.agenda.actions import forget_feed
from app.agenda.views import bp
from app.core.events import listen
from app.membership.leaving import Departure


def init_app(app: Flask) -> None:
    listen(app, Departure, forget_feed)
    app.register_blueprint(bp)
