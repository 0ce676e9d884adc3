"""The administrator's door: an establishment and its services, how they are reached, what is asked of and by them."""

from flask import Flask

from app.administration import views


def init_app(app: Flask) -> None:
    app.register_blueprint(views.bp)
