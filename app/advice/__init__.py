"""An opinion asked at a distance: the question and its answer side by side, when it is due, what it may be billed."""

from flask import Flask

from app.advice import actions, rates
from app.advice.views import bp
from app.care_requests.opening import Opened
from app.core.events import listen


def init_app(app: Flask) -> None:
    rates.init_app(app)
    app.register_blueprint(bp)
    listen(app, Opened, actions.begin)
