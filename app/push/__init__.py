"""Phones that buzz: subscriptions, the outbox, the sender and the receipts.

Two files beyond the usual ones hold what phones are handed (`payload.py`) and our key (`vapid.py`), and two
keep the promise that nothing is lost (`outbox.py` has the leases, `sender.py` the network).
"""

from flask import Flask

from app.push.actions import on_lost, on_received
from app.push.views import bp

__all__ = ["init_app", "on_lost", "on_received"]


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
