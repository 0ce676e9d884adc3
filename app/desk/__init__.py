"""The requester's door: ask, see who can be reached, follow live."""

from flask import Flask

from app.accounts.models import Role
from app.accounts.navigation import add_entry

REQUESTERS = (Role.REQUESTER, Role.CASE_MANAGER)


def init_app(app: Flask) -> None:
    from app.desk.handover import anything_new
    from app.desk.views import bp
    from app.tablets.actions import find_unread

    app.register_blueprint(bp)
    find_unread(anything_new)
    add_entry(app, "desk.requests", "Suivi", "clipboard-list", *REQUESTERS, order=1)
    add_entry(app, "desk.new", "Demander", "plus", *REQUESTERS, order=2)
