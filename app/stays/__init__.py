"""Where a person is and what befalls her: hospital stays and the day when she may leave, her death, a move."""

from flask import Flask

from app.core.events import listen
from app.patients.correcting import PatientCorrected
from app.stays.actions import find_address
from app.stays.views import bp


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    listen(app, PatientCorrected, find_address)
