"""Care that goes on: each passage of a plan, whose it is, and what became of it."""

from flask import Flask

from app.care_requests.actions import PlanMoved
from app.core.events import listen
from app.passages import life
from app.passages.actions import follow_plan, go_on, stand_still
from app.passages.life import CareHalted, CareResumed
from app.passages.views import bp
from app.stays.actions import BackHome, DeathUndone, Died, ExitExpected, Hospitalised, MovedAway


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    listen(app, Hospitalised, life.suspend)
    listen(app, ExitExpected, life.tell_performers)
    listen(app, BackHome, life.resume)
    listen(app, Died, life.end)
    listen(app, DeathUndone, life.restore)
    listen(app, MovedAway, life.tell_performers)
    listen(app, PlanMoved, follow_plan)
    listen(app, CareHalted, stand_still)
    listen(app, CareResumed, go_on)
