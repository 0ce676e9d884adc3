"""Who did what to whose data, and why: append-only, hash-chained."""

from flask import Flask

from app.audit import refusals


def init_app(app: Flask) -> None:
    refusals.init_app(app)
