"""The requester's door: ask, see who can be reached, follow live."""

from flask import Flask

from app.accounts.models import Role

REQUESTERS = (Role.REQUESTER, Role.CASE_MANAGER, Role.PRACTITIONER)


def init_app(app: Flask) -> None:
    from app.desk import asking, changing, decisions, finding, following  # noqa: F401 -- add their routes
    from app.desk.door import bp
    from app.desk.handover import anything_new
    from app.tablets.actions import is_news

    app.register_blueprint(bp)
    is_news.provide(app, anything_new)
