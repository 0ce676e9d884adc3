"""The telephone's door: somebody whom the search did not ask is asked by her name, or said yes when she was called."""

from flask import Flask

from app.naming.views import bp


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
