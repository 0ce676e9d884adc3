"""Changing a plan that runs, ending it, saying that it goes on: for who asked, and the end for whoever comes, too."""

from uuid import UUID

from flask import Blueprint, Response, abort, flash, request

from app import clock
from app.accounts.guards import me, role
from app.accounts.models import REQUESTERS
from app.accounts.rules import own_path
from app.care_requests.models import CareRequest
from app.care_requests.queries import is_followed_by, performs
from app.core.db import db, transaction
from app.core.forms import resumable
from app.core.htmx import page, see_other
from app.language.phrases import gettext as _
from app.language.phrases import kept
from app.passages import planning
from app.passages.actions import CARED_FOR
from app.passages.forms import RenewForm, ReplanForm, StopForm
from app.passages.pages import ReplanPage, ReviewPage, StopPage
from app.passages.planning import Replanned
from app.passages.words import STOPS

bp = Blueprint("passages", __name__, url_prefix="/requests/<uuid:request_id>/plan")


def asked_by_us(request_id: UUID) -> CareRequest:
    """A plan that runs, of one of her organizations."""
    found = db.session.get(CareRequest, request_id) or abort(404)
    return running(found) if in_her_hands(found) else abort(404)


def ours(request_id: UUID) -> CareRequest:
    """The same, or one that she took."""
    found = db.session.get(CareRequest, request_id) or abort(404)
    return running(found) if in_her_hands(found) or performs(found, me()) else abort(404)


def in_her_hands(found: CareRequest) -> bool:
    """Is she one of those who asked? What a coordinator may only read, she may change."""
    return found.organization_id in me().organizations(*REQUESTERS) and is_followed_by(found, me())


def running(found: CareRequest) -> CareRequest:
    """Care that comes back and that somebody has. Of any other there is nothing to change, be it since a first tap:
    back to the page that says so."""
    return found if found.visits and found.state in CARED_FOR else abort(see_other(came_from()))


def came_from() -> str:
    return own_path(request.values.get("back", "/"))


@bp.get("/change")
@role(*REQUESTERS)
def change(request_id: UUID) -> Response:
    found, now = asked_by_us(request_id), clock.now()
    form = ReplanForm.of(planning.part_of(found), found.review_on, clock.paris(now).date())
    return page(ReplanPage.of(found, came_from(), now, form=form))


@bp.post("/change")
@role(*REQUESTERS)
@resumable
def replan(request_id: UUID) -> Response:
    found, form, now = asked_by_us(request_id), ReplanForm(), clock.now()
    if not form.validate() or form.day.data is None:
        return page(ReplanPage.of(found, came_from(), now, form=form), status=422)
    endless = (form.rhythm, form.review_on.data) if form.is_endless else (None, None)
    with transaction():
        asked = asked_by_us(request_id)
        became = planning.replan(asked, form.day.data, form.visits(now), *endless, by=me(), now=now)
    if became is Replanned.DONE:
        flash(_("Le plan est changé. Qui vient est prévenu, et le patient le voit."), "success")
        return see_other(came_from())
    if became is Replanned.SHARED:
        form.moments.errors = [_("Une autre personne vient déjà à l'un de ces moments. Choisissez-en d'autres.")]
    elif became is Replanned.EMPTY:
        form.moments.errors = [_("Il ne reste aucun passage à venir. Pour finir, arrêtez les soins.")]
    return page(ReplanPage.of(asked_by_us(request_id), came_from(), now, form=form), status=422)


@bp.get("/end")
@role(*REQUESTERS)
def end(request_id: UUID) -> Response:
    return end_page(ours(request_id), StopForm(formdata=None))


def end_page(found: CareRequest, form: StopForm, status: int = 200) -> Response:
    shown = StopPage.of(found, came_from(), clock.now(), form=form, whole=in_her_hands(found))
    return page(shown, status=status)


@bp.post("/end")
@role(*REQUESTERS)
@resumable
def stop(request_id: UUID) -> Response:
    found, form, now = ours(request_id), StopForm(), clock.now()
    if not form.validate() or form.day.data is None:
        return end_page(found, form, 422)
    with transaction():
        found = ours(request_id)
        why = kept(STOPS[form.reason.data])
        stopped = planning.stop(found, form.day.data, why, whole=in_her_hands(found), by=me(), now=now)
    if not stopped:
        form.day.errors = [_("Aucun passage n'est prévu à partir de ce jour.")]
        return end_page(ours(request_id), form, 422)
    flash(_("C'est noté. Ce qui a été fait reste écrit, et l'autre côté est prévenu."), "success")
    return see_other(came_from())


@bp.get("/review")
@role(*REQUESTERS)
def review(request_id: UUID) -> Response:
    return review_page(endless(request_id), RenewForm(formdata=None))


def endless(request_id: UUID) -> CareRequest:
    found = asked_by_us(request_id)
    return found if found.rhythm else abort(see_other(came_from()))


def review_page(found: CareRequest, form: RenewForm, status: int = 200) -> Response:
    return page(ReviewPage.of(found, came_from(), clock.now(), form=form), status=status)


@bp.post("/review")
@role(*REQUESTERS)
@resumable
def renew(request_id: UUID) -> Response:
    found, form, now = endless(request_id), RenewForm(), clock.now()
    if not form.validate() or form.review_on.data is None:
        return review_page(found, form, 422)
    with transaction():
        planning.renew(endless(request_id), form.review_on.data, by=me(), now=now)
    flash(_("Les soins continuent. Relais vous demandera de revoir le plan ce jour-là."), "success")
    return see_other(came_from())
