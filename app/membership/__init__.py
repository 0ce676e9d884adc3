"""How one comes in, changes and leaves: invitations, lost keys, one's address, members, closing an account."""

from flask import Flask

from app.accounts.sessions import may_await, survives_sign_in
from app.membership import account, browser, mails, members, queries, views  # noqa: F401 -- two add their routes


def init_app(app: Flask) -> None:
    mails.init_app()
    may_await(queries.is_awaited)
    survives_sign_in(browser.INVITATION, browser.is_theirs)
    app.register_blueprint(views.bp)
