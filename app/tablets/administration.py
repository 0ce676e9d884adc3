"""For an administrator: preparing a ward's tablet, seeing what it is used for, withdrawing it."""

from uuid import UUID

from flask import Response, abort, flash, url_for

from app import clock
from app.accounts.guards import me, proven_role, role
from app.accounts.models import Role
from app.core.db import db, transaction
from app.core.forms import resumable
from app.core.htmx import page, see_other
from app.core.qr import qr_svg
from app.core.ways import public_address
from app.language.phrases import gettext as _
from app.organizations.queries import names_of
from app.tablets import actions, queries
from app.tablets.door import bp
from app.tablets.forms import PrepareForm
from app.tablets.models import Tablet


@bp.get("/tablets")
@role(Role.ADMINISTRATOR)
def administer() -> Response:
    form = PrepareForm()
    form.offer(me())
    return list_page(form)


def list_page(form: PrepareForm, status: int = 200) -> Response:
    places = names_of(me().organizations(Role.ADMINISTRATOR))
    tablets = [(each, places[each.organization_id]) for each in queries.of_organizations(places.keys())]
    return page("tablets/list.html", status=status, tablets=tablets, form=form)


@bp.post("/tablets")
@proven_role(Role.ADMINISTRATOR)
@resumable
def prepare() -> Response:
    form = PrepareForm()
    form.offer(me())
    if not form.validate():
        return list_page(form, status=422)
    with transaction():
        tablet_id = actions.prepare(form.organization_id.data, form.name.data or "", by=me(), now=clock.now()).id
    return see_other(url_for("tablets.show", tablet_id=tablet_id))


def my_tablet(tablet_id: UUID) -> Tablet:
    tablet = db.session.get(Tablet, tablet_id)
    if tablet is None or tablet.ended_at or tablet.organization_id not in me().organizations(Role.ADMINISTRATOR):
        abort(404)
    return tablet


@bp.get("/tablets/<uuid:tablet_id>")
@role(Role.ADMINISTRATOR)
def show(tablet_id: UUID) -> Response:
    tablet, now = my_tablet(tablet_id), clock.now()
    ticket = queries.live_ticket(tablet.id, None, now) if tablet.enrolled_at is None else None
    return page(
        "tablets/tablet.html",
        tablet=tablet,
        place=names_of([tablet.organization_id])[tablet.organization_id],
        badges=queries.badges_on(tablet),
        code=queries.code_shown(ticket) if ticket else None,
        address=(address := tablet_address()),
        drawn=qr_svg(address),
    )


def tablet_address() -> str:
    return public_address(url_for("tablets.locked"))


@bp.post("/tablets/<uuid:tablet_id>/code")
@proven_role(Role.ADMINISTRATOR)
def renew_code(tablet_id: UUID) -> Response:
    tablet = my_tablet(tablet_id)
    if tablet.enrolled_at is None:
        with transaction():
            actions.renew_code(my_tablet(tablet_id), now=clock.now())
    return see_other(url_for("tablets.show", tablet_id=tablet_id))


@bp.post("/tablets/<uuid:tablet_id>/removal")
@role(Role.ADMINISTRATOR)
def withdraw(tablet_id: UUID) -> Response:
    """Without a new proof: taking access away must never wait."""
    my_tablet(tablet_id)
    with transaction():
        actions.withdraw(my_tablet(tablet_id), by=me(), now=clock.now())
    flash(_("La tablette est retirée : plus personne n'y entre."), "success")
    return see_other(url_for("tablets.administer"))
