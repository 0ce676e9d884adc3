"""The door of who accompanies a person over time: her coordination folder, its team, its reviews; and all of them."""

from flask import Flask
from flask_login import current_user

from app import clock
from app.casework.views import bp
from app.folders.queries import how_many_silent


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.jinja_env.globals["silent_folders"] = lambda: how_many_silent(current_user, clock.now())
