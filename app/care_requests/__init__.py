"""The request for care and its state machine; no screens."""

from flask import Flask

from app.care_requests import corrections, departures, queries
from app.core.events import listen
from app.live.rights import may_listen
from app.membership.leaving import Departure
from app.patients.correcting import PatientCorrected


def init_app(app: Flask) -> None:
    may_listen("request")(queries.may_follow)
    may_listen("requests")(queries.may_follow_organization)
    may_listen("decisions")(queries.may_decide_as)
    may_listen("board")(queries.may_watch_board)
    listen(app, Departure, departures.hand_on)
    listen(app, PatientCorrected, corrections.go_on_with)
