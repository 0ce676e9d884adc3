"""The coordination folder of a person: why now, who coordinates, who is in the team, and when it is looked at again."""

from flask import Flask

from app.folders import queries
from app.live.rights import may_listen


def init_app(app: Flask) -> None:
    may_listen("folder")(queries.may_listen_to)
