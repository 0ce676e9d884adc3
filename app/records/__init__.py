"""The person's door: who cares for her, what comes next, what worries; correcting her, and coming by her identity."""

from flask import Flask

from app.records import checking, correcting, identity, life, whereabouts  # noqa: F401 -- add their routes
from app.records.views import bp


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
