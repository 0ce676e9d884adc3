"""The coordinator's queue: who asks for access in her territory, and her yes or no, each with its reason."""

from uuid import UUID

from flask import Blueprint, Response, abort, flash, url_for

from app.accounts.guards import me, role
from app.accounts.models import Role
from app.core import clock
from app.core.db import transaction
from app.core.forms import resumable
from app.core.htmx import page, see_other
from app.directory.words import PROFESSIONS
from app.joining import actions, queries
from app.joining.forms import DecisionForm
from app.joining.models import AccessRequest
from app.joining.pages import DecidePage, WaitingPage

bp = Blueprint("approvals", __name__, url_prefix="/access-requests")


@bp.get("")
@role(Role.COORDINATOR, own=True)
def show() -> Response:
    return page(WaitingPage(queries.waiting(me()), PROFESSIONS))


@bp.get("/<uuid:asked_id>")
@role(Role.COORDINATOR, own=True)
def one(asked_id: UUID) -> Response:
    return one_page(asked_or_404(asked_id), DecisionForm())


def asked_or_404(asked_id: UUID) -> AccessRequest:
    return queries.for_account(asked_id, me()) or abort(404)


def one_page(asked: AccessRequest, form: DecisionForm, status: int = 200, problem: str = "") -> Response:
    person = asked.practitioner or abort(404)
    profession = PROFESSIONS[person.profession][0]
    return page(DecidePage(asked, person, profession, form, problem), status=status)


@bp.post("/<uuid:asked_id>/acceptance")
@role(Role.COORDINATOR, own=True)
@resumable
def accept(asked_id: UUID) -> Response:
    asked, form, by = asked_or_404(asked_id), DecisionForm(), me()
    if not form.validate():
        return one_page(asked, form, status=422)
    with transaction():
        asked_or_404(asked_id)  # As long as she still coordinates there.
        answer = actions.accept(asked_id, by=by, because=form.reason.data or "", now=clock.now())
    if answer is not actions.Acceptance.INVITED:
        return one_page(asked_or_404(asked_id), form, 409, answer.name)
    flash("C'est accepté : l'invitation part par courriel, elle vaut 24 heures.", "success")
    return see_other(url_for("approvals.show"))


@bp.post("/<uuid:asked_id>/refusal")
@role(Role.COORDINATOR, own=True)
@resumable
def refuse(asked_id: UUID) -> Response:
    asked, form, by = asked_or_404(asked_id), DecisionForm(), me()
    if not form.validate():
        return one_page(asked, form, status=422)
    with transaction():
        asked_or_404(asked_id)
        refused = actions.refuse(asked_id, by=by, because=form.reason.data or "", now=clock.now())
    if not refused:
        return one_page(asked_or_404(asked_id), form, 409, "LATE")
    flash("C'est refusé. La personne en est prévenue par courriel, sans la raison.", "info")
    return see_other(url_for("approvals.show"))
