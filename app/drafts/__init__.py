"""What was typed and could not be sent: kept sealed for a shift, and given back to nobody but its own person."""

from flask import Flask

from app.accounts.sessions import SignedIn, SignedOut, keep_interrupted
from app.core.events import listen
from app.drafts.actions import forget_all
from app.drafts.views import bp, keep_before_leaving, keep_what_was_sent, remember_at_sign_in
from app.membership.leaving import Departure


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    keep_interrupted.provide(app, keep_what_was_sent)
    listen(app, SignedOut, keep_before_leaving)
    listen(app, SignedIn, remember_at_sign_in)
    listen(app, Departure, forget_all)
