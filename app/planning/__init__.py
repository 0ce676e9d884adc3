"""The door of a plan: read, changed one part at a time, agreed to, printed; and whoever owns an action answers."""

from flask import Flask

from app.planning.views import bp
from app.plans.reading import plan_in_brief


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.jinja_env.globals["plan_in_brief"] = plan_in_brief
