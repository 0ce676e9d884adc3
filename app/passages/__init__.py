"""Care that goes on: each passage of a plan, whose it is, and what became of it."""

from flask import Flask

from app.care_requests.actions import PlanMoved
from app.care_requests.life import CareHalted, CareResumed
from app.core.events import listen
from app.passages.actions import follow_plan, go_on, stand_still


def init_app(app: Flask) -> None:
    listen(app, PlanMoved, follow_plan)
    listen(app, CareHalted, stand_still)
    listen(app, CareResumed, go_on)
