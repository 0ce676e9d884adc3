"""News of her own patients that expects no answer. It names them, so no phone keeps it."""

from flask import Response, abort, url_for

from app import clock
from app.accounts.guards import me, role
from app.accounts.models import Role
from app.audit.readings import read_lately, record_reading
from app.care_requests import actions as care_requests
from app.core.db import transaction
from app.core.htmx import page, see_other, wants_part
from app.directory.queries import practitioner_of
from app.inbox import queries
from app.inbox.pages import CopiesPage
from app.inbox.views import bp


@bp.get("/inbox/copies")
@role(Role.PRACTITIONER)
def copies() -> Response:
    now = clock.now()
    practitioner_of(me().id) or abort(404)
    with transaction():
        for copy in queries.copies(me().id, now):
            if not read_lately(copy.id, me().id, now):
                record_reading(copy.id, patient=copy.request.patient_id, by=me().id, now=now, request=copy.request_id)
    return page(CopiesPage(queries.copies(me().id, now)))


@bp.post("/inbox/copies/sighting")
@role(Role.PRACTITIONER)
def see_copies() -> Response | tuple[str, int]:
    """They came into view."""
    with transaction():
        reader = practitioner_of(me().id) or abort(404)
        care_requests.read_copies(reader.id, now=clock.now())
    return ("", 204) if wants_part() else see_other(url_for("inbox.inbox"))
