"""For a nurse, on a browser of her own: her code on the tablets of her wards."""

from uuid import UUID

from flask import Response, abort, flash, url_for

from app import clock
from app.accounts.guards import me, proven_role, role
from app.accounts.models import Role
from app.core.db import db, transaction
from app.core.htmx import page, see_other
from app.language.phrases import gettext as _
from app.organizations.queries import names_of
from app.tablets import actions, queries
from app.tablets.door import bp
from app.tablets.models import Tablet
from app.tablets.rules import MOST_WRONG


@bp.get("/badges")
@role(Role.REQUESTER, own=True)
def my_codes() -> Response:
    now = clock.now()
    places = names_of(me().organizations(Role.REQUESTER))
    badges = queries.badges_of(me())
    tablets = []
    for tablet in queries.of_organizations(places.keys()):
        if tablet.enrolled_at is not None:
            ticket = queries.live_ticket(tablet.id, me().id, now)
            code = queries.code_shown(ticket) if ticket else None
            tablets.append((tablet, places[tablet.organization_id], badges.get(tablet.id), code))
    return page("tablets/badges.html", tablets=tablets, most_wrong=MOST_WRONG)


def tablet_of_mine(tablet_id: UUID) -> Tablet:
    tablet = db.session.get(Tablet, tablet_id)
    in_service = tablet is not None and tablet.enrolled_at is not None and tablet.ended_at is None
    if tablet is None or not in_service or tablet.organization_id not in me().organizations(Role.REQUESTER):
        abort(404)
    return tablet


@bp.post("/badges/<uuid:tablet_id>")
@proven_role(Role.REQUESTER)
def ask_code(tablet_id: UUID) -> Response:
    """A passkey shown here is what says, over there, who chooses the code."""
    tablet_of_mine(tablet_id)
    with transaction():
        actions.let_choose(tablet_of_mine(tablet_id), me(), now=clock.now())
    return see_other(url_for("tablets.my_codes"))


@bp.post("/badges/<uuid:tablet_id>/removal")
@role(Role.REQUESTER, own=True)
def forget_code(tablet_id: UUID) -> Response:
    with transaction():
        gone = actions.forget_code(tablet_id, me(), by=me().id, now=clock.now())
    if not gone:
        abort(404)
    flash(_("Votre code est retiré de cette tablette."), "success")
    return see_other(url_for("tablets.my_codes"))
