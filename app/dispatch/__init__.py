"""Finding someone: who is asked, in which order, how many at once, and what their answer does."""

from flask import Flask

from app.care_requests.life import CareHalted, CareResumed
from app.core.events import listen
from app.dispatch import actions, departures, life, queries
from app.live.rights import may_listen
from app.membership.closing import still_expected
from app.membership.leaving import Departure
from app.messages.actions import ReachChanged


def init_app(app: Flask) -> None:
    may_listen("inbox")(queries.may_listen_to_inbox)
    listen(app, ReachChanged, actions.refresh_reach)
    still_expected.provide(app, departures.patients_in_hand)
    listen(app, Departure, departures.let_go)
    listen(app, CareHalted, life.halt)
    listen(app, CareResumed, life.go_on)
