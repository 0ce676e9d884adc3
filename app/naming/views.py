"""Naming somebody for a request: asked now, or found by telephone, be she in the directory or not."""

from uuid import UUID

from flask import Blueprint, Response, abort, flash, request

from app import clock
from app.accounts.guards import me, role
from app.accounts.models import REQUESTERS, Role
from app.appointments import actions as appointments
from app.care_requests import queries as care_requests
from app.care_requests.models import CareRequest, Verb
from app.care_requests.rules import follows
from app.core.db import db, transaction
from app.core.forms import resumable, uuid_or_none
from app.core.htmx import page, see_other
from app.core.ways import way
from app.directory.actions import Nowhere, add_by_hand
from app.directory.models import PractitionerRole
from app.dispatch import actions as dispatch
from app.language.phrases import gettext as _
from app.naming.forms import ByHandForm
from app.naming.pages import somebody_of
from app.naming.words import WHY_NOT
from app.relays import named
from app.relays.rules import WhyNot

bp = Blueprint("naming", __name__, url_prefix="/requests/<uuid:request_id>/somebody")

MAY_NAME = (*REQUESTERS, Role.COORDINATOR)


def my_request(request_id: UUID) -> CareRequest:
    return care_requests.for_account(request_id, me()) or abort(404)


@bp.get("")
@role(*MAY_NAME)
def somebody(request_id: UUID) -> Response:
    """Without the patient's name: calling somebody does not need it."""
    return somebody_page(my_request(request_id))


def somebody_page(found: CareRequest, status: int = 200, notice: str = "", form: ByHandForm | None = None) -> Response:
    typed = request.args.get("q", "")[:100].strip()
    return page(somebody_of(found, typed, _back(found.id), form, notice), status=status)


def _back(request_id: UUID) -> tuple[str, str]:
    if Role.COORDINATOR in me().roles:
        return way("search", request_id=request_id), _("La recherche")
    return way("request", request_id=request_id), _("La demande")


def _whom(found: CareRequest) -> PractitionerRole | None:
    """Who was chosen, if she is of a profession that this is for."""
    role_id = uuid_or_none(request.form.get("role"))
    chosen = db.session.get(PractitionerRole, role_id) if role_id else None
    return chosen if chosen and chosen.profession in named.asked_professions(found) else None


@bp.post("/asking")
@role(*MAY_NAME)
def ask(request_id: UUID) -> Response:
    """She reads it now, as any other whom the search asks."""
    with transaction():
        found = my_request(request_id)
        chosen = _whom(found)
        why = named.ask(found, chosen, by=me(), now=clock.now()) if chosen else None
    if chosen is None:
        return _nobody_chosen(request_id)
    if why is not None:
        return _not_done(request_id, chosen, why)
    flash(_("C'est fait : la demande est proposée à %(name)s.", name=chosen.name), "success")
    return see_other(_back(request_id)[0])


@bp.post("/yes")
@role(*MAY_NAME)
def found_by_phone(request_id: UUID) -> Response:
    """She said yes on the telephone, on the list to call or not, on Relais or not."""
    with transaction():
        found = my_request(request_id)
        chosen = _whom(found)
        moved = chosen is not None and _says_yes(found, chosen)
    if chosen is None:
        return _nobody_chosen(request_id)
    return see_other(_back(request_id)[0]) if moved else _not_done(request_id, chosen)


@bp.post("")
@role(*MAY_NAME)
@resumable
def by_hand(request_id: UUID) -> Response:
    """She said yes on the telephone, and no directory knows her."""
    found = my_request(request_id)
    form = ByHandForm(named.asked_professions(found))
    if not form.validate():
        return somebody_page(found, 422, form=form)
    moved, chosen = False, None
    try:
        with transaction():
            found = my_request(request_id)
            if follows(found.state, Verb.ACCEPT):
                chosen = add_by_hand(form.said, found.commune)
                db.session.flush()
                moved = _says_yes(found, chosen)
    except Nowhere:
        return somebody_page(my_request(request_id), 409, _("La position de la commune n'est pas connue."), form)
    return see_other(_back(request_id)[0]) if moved else _not_done(request_id, chosen)


def _says_yes(found: CareRequest, chosen: PractitionerRole) -> bool:
    now = clock.now()
    moved = dispatch.assign(found, chosen, by=me(), now=now)
    if moved:
        appointments.prepare(found, now)
    return moved


def _nobody_chosen(request_id: UUID) -> Response:
    return somebody_page(my_request(request_id), 422, _("Choisissez quelqu'un de la liste."))


def _not_done(request_id: UUID, chosen: PractitionerRole | None, why: WhyNot | None = None) -> Response:
    found = my_request(request_id)
    refused = chosen is not None and named.is_refused(found, chosen)
    reason = str(WHY_NOT[why or (WhyNot.UNWANTED if refused else WhyNot.OVER)])
    return somebody_page(found, 409, reason[:1].upper() + reason[1:] + ".")
