"""The requester's door: ask, see who can be reached, follow live."""

from flask import Flask

from app.accounts.models import Role
from app.accounts.navigation import add_entry

REQUESTERS = (Role.REQUESTER, Role.CASE_MANAGER, Role.PRACTITIONER)


def init_app(app: Flask) -> None:
    from app.care_requests.queries import to_decide
    from app.desk import asking, changing, decisions, finding, following  # noqa: F401 -- add their routes
    from app.desk.door import bp
    from app.desk.handover import anything_new
    from app.tablets.actions import find_unread

    app.register_blueprint(bp)
    app.register_blueprint(decisions.bp)
    find_unread(anything_new)
    # After what a professional answers: who asks as well has her own requests first.
    add_entry(app, "desk.requests", "Suivi", "clipboard-list", *REQUESTERS, order=3)
    add_entry(app, "desk.new", "Demander", "plus", *REQUESTERS, order=4)
    add_entry(
        app,
        "decisions.show",
        "Décisions",
        "clipboard-check",
        Role.SENIOR_DOCTOR,
        order=0,
        count=lambda account: len(to_decide(account)),
    )
