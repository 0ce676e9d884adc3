"""What is said after yes, one thread for each request; and around a person, one for all who care for her."""

from flask import Flask

from app.conversations import actions, queries
from app.conversations import around as _around  # noqa: F401 -- its pages, on the same blueprint
from app.conversations.views import bp
from app.core.events import listen
from app.documents.rights import may_open
from app.live.rights import may_listen
from app.messages.actions import ReachChanged


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    may_listen("conversation")(queries.may_hear)
    may_open(queries.may_open_document)
    listen(app, ReachChanged, actions.note_arrival)
