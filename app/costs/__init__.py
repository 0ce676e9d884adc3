"""Who pays what of care, by the law and by dated rates: lines, payers, and how sure each is. No person in it."""

from flask import Flask

from app.costs import library


def init_app(app: Flask) -> None:
    library.init_app(app)
