"""Who is signed in, on which browser: passkeys, sessions, guards, Pro Santé Connect."""

from flask import Flask

from app.accounts import mails, queries, sessions, views
from app.letters.kinds import language_at


def init_app(app: Flask) -> None:
    # No `current_user` in templates: looking for it is what would break the page that says the database is away.
    sessions.login_manager.init_app(app, add_context_processor=False)
    # Here and not in the user loader: streams ask that again and again, and nobody sits in front of them.
    app.after_request(sessions.note_presence)
    mails.init_app()
    language_at.provide(app, queries.language_at)
    app.register_blueprint(views.bp)
