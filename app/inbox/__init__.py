"""The practitioner's door: what awaits an answer, what was taken, and one tap for each."""

from flask import Flask

from app.accounts.models import Role
from app.accounts.navigation import add_entry


def init_app(app: Flask) -> None:
    from app.inbox.views import bp

    app.register_blueprint(bp)
    add_entry(app, "inbox.inbox", "Demandes", "inbox", Role.PRACTITIONER, order=1)
    add_entry(app, "inbox.visits", "Mes visites", "calendar-check", Role.PRACTITIONER, order=2)
