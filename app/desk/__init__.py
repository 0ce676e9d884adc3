"""The requester's door: ask, see who can be reached, follow live."""

from flask import Flask

from app.desk import asking, changing, decisions, finding, following  # noqa: F401 -- add their routes
from app.desk.door import bp
from app.desk.handover import anything_new
from app.tablets.actions import is_news


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    is_news.provide(app, anything_new)
