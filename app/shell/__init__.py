"""What stands around every page: the front door, the navigation, the layout, the app on a phone."""

from flask import Flask

from app.shell import icons, navigation, views
from app.shell.ways import PIECES, WAYS


def init_app(app: Flask) -> None:
    app.extensions["ways"].update(WAYS)
    app.extensions["pieces"].update(PIECES)
    app.register_blueprint(views.bp)
    app.jinja_env.globals.update(
        asset=views.asset,
        lucide=icons.lucide,
        # Asked for by the signed-in layout only: an error page must be able to do without a database.
        shell=navigation.shell,
        at_tablet=navigation.at_tablet,
        receives_people=navigation.receives_people,
        account_links=navigation.account_links,
    )
    app.after_request(views.preload_style)
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 31_536_000
