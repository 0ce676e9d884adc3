"""Visits: when, where, in which mode; what the patient says of them, and the links that show them to her."""

from flask import Flask

from app.appointments import life, reminders
from app.appointments.actions import forget_times, keep_link
from app.care_requests.actions import PlanMoved
from app.core.events import listen
from app.letters import kinds
from app.letters.kinds import LetterKind
from app.membership.leaving import Departure
from app.passages.life import CareHalted, CareResumed


def init_app(app: Flask) -> None:
    listen(app, Departure, forget_times)
    listen(app, PlanMoved, keep_link)
    listen(app, CareHalted, life.halt)
    listen(app, CareResumed, life.go_on)
    kinds.register([reminders.KIND], LetterKind(reminders.compose))
