"""Who usually cares for a person: her circle, named in one tap, grown by what was accepted, corrected by herself."""

from flask import Flask

from app.circles import actions
from app.circles.views import bp
from app.consents.agreements import ConsentWithdrawn
from app.core.events import listen


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    listen(app, ConsentWithdrawn, actions.end_with_agreement)
