"""The emergency door: one patient outside one's circle, for an hour, with a reason that a coordinator reads."""

from flask import Flask

from app.emergency.views import bp


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
