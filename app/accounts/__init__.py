"""Who is signed in, with which role in which organization: passkeys, invitations, guards."""

from flask import Flask

from app.accounts import home, navigation, sessions, views


def init_app(app: Flask) -> None:
    # No `current_user` in templates: looking for it is what would break the page that says the database is away.
    sessions.login_manager.init_app(app, add_context_processor=False)
    navigation.init_app(app)
    app.register_blueprint(home.bp)
    app.register_blueprint(views.bp)
    navigation.add_entry(app, "accounts.account", "Moi", "circle-user-round", order=9)
