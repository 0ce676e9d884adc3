"""What the person agreed to, for whom and how; whom she refuses; and what follows at once."""

from flask import Flask

from app.consents import objections
from app.patients.queries import is_objected_to


def init_app(app: Flask) -> None:
    is_objected_to.provide(app, objections.is_refused)
