"""The emergency door: one patient outside one's circle, for an hour, with a reason that a coordinator reads."""

from flask import Flask

from app.accounts.models import Role

MAY_ASK = (Role.REQUESTER, Role.CASE_MANAGER, Role.PRACTITIONER, Role.COORDINATOR)


def init_app(app: Flask) -> None:
    from app.emergency.views import bp

    app.register_blueprint(bp)
