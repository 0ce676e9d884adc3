"""The plan made with a person: what matters to her, what is aimed at, who does what by when, and whom to call."""

from flask import Flask

from app.plans.pages import plan_in_brief
from app.plans.views import bp


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.jinja_env.globals["plan_in_brief"] = plan_in_brief
