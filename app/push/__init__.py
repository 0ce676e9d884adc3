"""Devices and Web Push: subscriptions, the outbox, the sender and the receipts.

`actions.py` has the verbs on a person's devices, `outbox.py` the rows of what is owed to them, `sender.py` claims and
settles these, `request.py` is what is posted and `transport.py` the network; `vapid.py` keeps our keys. Who is told
what, and by which way, is for the room above to say (`app/messages`).
"""

from flask import Flask

from app.accounts.sessions import on_sign_out
from app.membership.leaving import on_leaving
from app.push.actions import forget_devices
from app.push.views import bp, forget_this_device


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    on_sign_out(forget_this_device)
    on_leaving(forget_devices)
