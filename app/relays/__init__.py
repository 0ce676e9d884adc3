"""The round of who cares: today's passages in order, and care that changes hands."""

from flask import Flask


def init_app(_app: Flask) -> None:
    """It listens to nothing: doors call it."""
