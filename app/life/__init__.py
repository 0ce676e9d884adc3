"""A person's line of life, asked of every room; and what is seen of her first: who cares, what next, what worries."""

from flask import Flask

from app.life.views import bp


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
