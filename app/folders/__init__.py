"""The coordination folder of a person: why now, who coordinates, who is in the team, and when it is looked at again."""

from flask import Flask

from app.consents.agreements import ConsentWithdrawn
from app.consents.objections import Objected
from app.core.events import listen
from app.folders import departures, life, queries
from app.live.rights import may_listen
from app.membership.leaving import Departure
from app.stays.actions import BackHome, DeathUndone, Died, ExitExpected, Hospitalised, MovedAway


def init_app(app: Flask) -> None:
    may_listen("folder")(queries.may_listen_to)
    listen(app, Hospitalised, life.pause)
    listen(app, BackHome, life.resume)
    listen(app, ExitExpected, life.pass_on)
    listen(app, MovedAway, life.pass_on)
    listen(app, Died, life.end)
    listen(app, DeathUndone, life.restore)
    listen(app, ConsentWithdrawn, life.end_with_agreement)
    listen(app, Objected, life.let_go_of)
    listen(app, Departure, departures.let_go)
