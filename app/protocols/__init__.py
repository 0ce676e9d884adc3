"""The door of who writes pathways: made, changed, tried on the past, put in force, shared as files."""

from flask import Flask

from app.protocols import draft_views, file_views, force_views, views  # noqa: F401 -- they add their routes
from app.protocols.door import bp


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
