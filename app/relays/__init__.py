"""Care that changes hands: who leaves a plan that has begun, who goes on with the rest, and whom she names for it."""

from flask import Flask


def init_app(_app: Flask) -> None:
    """It listens to nothing: doors call it."""
