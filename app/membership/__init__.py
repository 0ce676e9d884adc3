"""How one comes in, changes and leaves: invitations, lost keys, one's address, members, closing an account."""

from flask import Flask

from app.accounts.sessions import carried_over, is_awaited
from app.membership import account, browser, mails, members, queries, views  # noqa: F401 -- two add their routes


def init_app(app: Flask) -> None:
    mails.init_app()
    is_awaited.provide(app, queries.has_proposals)
    carried_over.provide(app, browser.proven_by)
    app.register_blueprint(views.bp)
