"""Care that goes on: each passage of a plan, whose it is, and what became of it."""

from flask import Flask

from app.care_requests.actions import PlanMoved
from app.core.events import listen
from app.passages.actions import follow_plan


def init_app(app: Flask) -> None:
    listen(app, PlanMoved, follow_plan)
