"""The liaison book: what whoever comes to a person writes at her bedside, who reads it, and what home helps see."""

from flask import Flask

from app.documents.rights import may_open
from app.liaison import queries
from app.liaison.views import bp
from app.live.rights import may_listen


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    may_listen("liaison")(queries.may_listen_to)
    may_open(queries.may_open_document)
