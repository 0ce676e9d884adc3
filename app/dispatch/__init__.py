"""Finding someone: who is asked, in which order, how many at once, and what their answer does."""

from flask import Flask

from app.core.events import listen
from app.dispatch import actions, life, queries
from app.live.rights import may_listen
from app.messages.actions import ReachChanged
from app.passages.life import CareHalted, CareResumed


def init_app(app: Flask) -> None:
    may_listen("inbox")(queries.may_listen_to_inbox)
    listen(app, ReachChanged, actions.refresh_reach)
    listen(app, CareHalted, life.halt)
    listen(app, CareResumed, life.go_on)
