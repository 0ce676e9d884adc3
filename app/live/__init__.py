"""Screens that move: topics that change with the rows they speak of, and the stream that tells listeners."""

from flask import Flask

from app.core.db import db
from app.core.waiting import APART
from app.live.hub import Hub
from app.live.views import bp


def init_app(app: Flask) -> None:
    """One hub per process; it costs nothing until someone listens."""
    app.register_blueprint(bp)
    with app.app_context():
        app.extensions["live"] = Hub(db.engines[APART])
