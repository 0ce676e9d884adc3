"""The way in for who comes by herself: Pro Santé Connect, and asking a coordinator for access."""

from flask import Flask
from flask_login import current_user

from app.joining import approvals, pro_sante, queries, views  # noqa: F401 -- add their routes


def init_app(app: Flask) -> None:
    app.register_blueprint(views.bp)
    # Two screens of rooms below and beside lead here; they know this name and nothing else.
    app.jinja_env.globals["access_requests_waiting"] = lambda: queries.waiting_for(current_user)
