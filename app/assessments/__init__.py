"""What somebody saw of a person by a known grid: autonomy, mood, what a discharge needs. Help to decide, never a
decision."""

from flask import Flask

from app.assessments import library
from app.assessments.views import bp


def init_app(app: Flask) -> None:
    library.init_app(app)
    app.register_blueprint(bp)
