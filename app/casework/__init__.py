"""The door of who accompanies a person over time: her coordination folder, its team, its reviews; and all of them."""

from flask import Flask

from app.casework.views import bp


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
