"""Who usually cares for a person: her circle, named in one tap, grown by what was accepted, corrected by herself."""

from flask import Flask

from app.circles.views import bp


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
