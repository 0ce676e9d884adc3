"""The ward's own list of who lies there."""

from flask import Blueprint, Response

from app import clock
from app.accounts.guards import me, role
from app.accounts.models import REQUESTERS
from app.core.htmx import page
from app.stays.pages import WardPage

bp = Blueprint("stays", __name__, url_prefix="/stays")


@bp.get("")
@role(*REQUESTERS)
def here() -> Response:
    return page(WardPage.of(me(), clock.now()))
