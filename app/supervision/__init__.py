"""The coordinator's door: that nobody is forgotten; and the house's own health."""

from flask import Flask

from app.supervision import audit_views, duplicates, emergencies, search_views  # noqa: F401 -- they add their routes
from app.supervision.views import bp


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
