"""Shared tablets: a ward's own, enrolled once, where each nurse comes in with a short code of hers."""

from flask import Flask

from app.membership.leaving import on_leaving


def init_app(app: Flask) -> None:
    from app.tablets import actions, administration, badges, views

    on_leaving(actions.forget_codes)
    for bp in (views.bp, administration.bp, badges.bp):
        app.register_blueprint(bp)
