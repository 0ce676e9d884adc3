"""Reading why somebody opened a file outside her circle, and saying so."""

from uuid import UUID

from flask import Response, abort, flash, url_for

from app import clock
from app.accounts.guards import me, role
from app.accounts.models import Role
from app.core.db import db, transaction
from app.core.htmx import page, see_other
from app.language.phrases import gettext as _
from app.patients import emergency
from app.patients.models import EmergencyAccess
from app.supervision.pages import EmergencyMovedPage
from app.supervision.views import bp


@bp.post("/emergency/<uuid:access_id>/acknowledgement")
@role(Role.COORDINATOR)
def acknowledge_emergency(access_id: UUID) -> Response:
    with transaction():
        access = db.session.get(EmergencyAccess, access_id)
        if access is None or access.territory_id not in me().organizations(Role.COORDINATOR):
            abort(404)
        seen = emergency.acknowledge(access, by=me(), now=clock.now())
    if not seen:
        return page(EmergencyMovedPage(), status=409)
    flash(_("C'est noté : vous avez relu cet accès d'urgence."), "success")
    return see_other(url_for("supervision.board"))
