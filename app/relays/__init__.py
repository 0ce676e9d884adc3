"""Care that changes hands: the round of who cares, handing over, and whoever leaves."""

from flask import Flask

from app.core.events import listen
from app.membership.closing import still_expected
from app.membership.leaving import Departure
from app.relays import departures


def init_app(app: Flask) -> None:
    still_expected.provide(app, departures.in_hand)
    listen(app, Departure, departures.let_go)
