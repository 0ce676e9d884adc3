"""Documents that go with what was asked: seen by those who care for it, opened only by those who need them."""

from flask import Flask

from app.attachments import actions, queries
from app.documents.quarantine import let_go
from app.documents.rights import may_open


def init_app(app: Flask) -> None:
    may_open(queries.may_open)
    let_go.provide(app, actions.forget)
