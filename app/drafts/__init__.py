"""What was typed and could not be sent: kept sealed for a shift, and given back to nobody but its own person."""

from flask import Flask

from app.accounts.sessions import on_interruption, on_sign_in, on_sign_out
from app.drafts.actions import forget_all
from app.drafts.views import bp, keep_before_leaving, keep_what_was_sent, remember_what_waits
from app.membership.leaving import on_leaving


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    on_interruption(keep_what_was_sent)
    on_sign_out(keep_before_leaving)
    on_sign_in(remember_what_waits)
    on_leaving(forget_all)
