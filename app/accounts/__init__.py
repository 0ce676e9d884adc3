"""Who is signed in, with which role in which organization: passkeys, invitations, guards."""

from flask import Flask

from app.accounts import home, navigation, sessions, views


def init_app(app: Flask) -> None:
    sessions.login_manager.init_app(app)
    navigation.init_app(app)
    app.register_blueprint(home.bp)
    app.register_blueprint(views.bp)
    navigation.add_entry(app, "accounts.account", "Moi", "circle-user-round", order=9)
