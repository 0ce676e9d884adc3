"""What awaits an answer. Cards identify nobody: the phone may keep this page for where there is no signal."""

from flask import Blueprint, Response, request, url_for

from app import clock
from app.accounts.guards import me, role
from app.accounts.models import Role
from app.core.db import transaction
from app.core.htmx import page, see_other, wants_part
from app.directory import actions as directory
from app.inbox.mine import my_recipients, my_role
from app.inbox.pages import inbox_of

bp = Blueprint("inbox", __name__)


@bp.get("/inbox")
@role(Role.PRACTITIONER)
def inbox() -> Response:
    return inbox_page()


def inbox_page() -> Response:
    response = page(inbox_of(me(), my_recipients(), clock.now()))
    response.headers["X-Offline"] = "keep"
    # Nor is anything lost by showing it again at once on the way back: it names nobody, and asks anew what moved.
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@bp.post("/inbox/availability")
@role(Role.PRACTITIONER)
def set_availability() -> Response:
    with transaction():
        directory.accept_requests(my_role(request.form.get("inbox", "")), request.form.get("accepting") == "yes")
    return inbox_page() if wants_part() else see_other(url_for("inbox.inbox"))
