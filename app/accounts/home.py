"""The front door: everyone is taken to the screen they work on."""

from flask import Blueprint, Response, abort, current_app, url_for
from flask_login import current_user

from app.accounts import shared
from app.accounts.guards import me
from app.accounts.navigation import entries
from app.core.htmx import see_other
from app.core.security import public

bp = Blueprint("home", __name__)


@bp.get("/")
@public("it only shows the way")
def home() -> Response:
    if not current_user.is_authenticated:
        if shared.mark():
            return see_other(url_for("tablets.locked"))
        return see_other(url_for("demo.show" if current_app.config["SETTINGS"].demo else "accounts.sign_in"))
    mine = entries(me())
    if not mine:
        abort(403)
    return see_other(url_for(mine[0].endpoint))
