"""Phones that buzz: subscriptions, the outbox, the sender and the receipts.

The verbs are in two files: `alerts.py` owes people what `notices.py` words, `subscriptions.py` has their devices and
what these report. Three more hold what phones are handed (`payload.py`), how it is sealed (`encryption.py`) and our
keys (`vapid.py`), and three keep the promise that nothing is lost: `outbox.py` has the rows, `sender.py` claims and
settles, `transport.py` is the network. What no phone confirms goes on by mail and SMS (`channels.py`), and
`reachability.py` judges, from facts alone, whether a person can be reached. `attention.py` has when she may be
disturbed, `budget.py` what waits for that, and `digests.py` rings it. `listeners.py` is where the rooms above are told.
"""

from flask import Flask

from app.accounts.sessions import on_sign_out
from app.membership.leaving import on_leaving
from app.push import channels
from app.push.attention_views import bp
from app.push.listeners import find_numbers, find_useful, on_carried, on_lost, on_received
from app.push.subscriptions import fall_silent
from app.push.views import forget_this_device

__all__ = ["find_numbers", "find_useful", "init_app", "on_carried", "on_lost", "on_received"]


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    channels.init_app()
    on_sign_out(forget_this_device)
    on_leaving(fall_silent)
