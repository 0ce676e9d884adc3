"""What care leaves to pay, by dated rates, and what is asked of whom to pay it. An estimate, never a decision."""

from flask import Flask

from app.core.events import listen
from app.funding import actions
from app.funding.views import bp
from app.stays.actions import BackHome, DeathUndone, ExitExpected, Hospitalised


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    listen(app, Hospitalised, actions.follow_stay)
    listen(app, ExitExpected, actions.follow_stay)
    listen(app, BackHome, actions.follow_stay)
    listen(app, DeathUndone, actions.follow_stay)
