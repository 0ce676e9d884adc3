"""The practitioner's door: what awaits an answer, what was taken, and one tap for each."""

from uuid import uuid4

from flask import Flask

from app.inbox import copies, notices, offers, passages, practice, visits  # noqa: F401 -- they add their routes
from app.inbox.useful import answered_among
from app.inbox.views import bp
from app.messages.queries import useful_among
from app.passages.words import WHY_NOT


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.jinja_env.globals["new_key"] = uuid4  # of a tap: a form sent twice is one answer
    app.jinja_env.globals["passage_why_not"] = WHY_NOT
    useful_among.provide(app, answered_among)
