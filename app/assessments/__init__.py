"""What somebody saw of a person by a known grid: autonomy, mood, before a discharge. It helps to decide, no more."""

from flask import Flask

from app.assessments import library
from app.assessments.views import bp


def init_app(app: Flask) -> None:
    library.init_app(app)
    app.register_blueprint(bp)
