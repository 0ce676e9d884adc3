"""The coordinator's queue: who asks for access in her territory, and her yes or no, each with its reason."""

from uuid import UUID

from flask import Response, abort, flash, url_for

from app import clock
from app.accounts.guards import me, role
from app.accounts.models import Role
from app.core.db import transaction
from app.core.forms import resumable
from app.core.htmx import page, see_other
from app.directory.words import PROFESSIONS
from app.joining import actions, queries
from app.joining.forms import AccessDecisionForm
from app.joining.models import AccessRequest
from app.joining.pages import DecidePage, WaitingPage
from app.joining.views import bp
from app.language.phrases import gettext as _


@bp.get("/access-requests")
@role(Role.COORDINATOR, own=True)
def waiting() -> Response:
    return page(WaitingPage(queries.waiting(me()), PROFESSIONS))


@bp.get("/access-requests/<uuid:asked_id>")
@role(Role.COORDINATOR, own=True)
def one_request(asked_id: UUID) -> Response:
    return one_page(asked_or_404(asked_id), AccessDecisionForm())


def asked_or_404(asked_id: UUID) -> AccessRequest:
    return queries.for_account(asked_id, me()) or abort(404)


def one_page(asked: AccessRequest, form: AccessDecisionForm, status: int = 200, problem: str = "") -> Response:
    person = asked.practitioner or abort(404)
    profession = PROFESSIONS[person.profession][0]
    return page(DecidePage(asked, person, profession, form, problem), status=status)


@bp.post("/access-requests/<uuid:asked_id>/acceptance")
@role(Role.COORDINATOR, own=True)
@resumable
def accept(asked_id: UUID) -> Response:
    asked, form, by = asked_or_404(asked_id), AccessDecisionForm(), me()
    if not form.validate():
        return one_page(asked, form, status=422)
    with transaction():
        asked_or_404(asked_id)  # As long as she still coordinates there.
        answer = actions.accept(asked_id, by=by, because=form.reason.data or "", now=clock.now())
    if answer is not actions.Acceptance.INVITED:
        return one_page(asked_or_404(asked_id), form, 409, answer.name)
    flash(_("C'est accepté : l'invitation part par e-mail, elle vaut 24 heures."), "success")
    return see_other(url_for("joining.waiting"))


@bp.post("/access-requests/<uuid:asked_id>/refusal")
@role(Role.COORDINATOR, own=True)
@resumable
def refuse(asked_id: UUID) -> Response:
    asked, form, by = asked_or_404(asked_id), AccessDecisionForm(), me()
    if not form.validate():
        return one_page(asked, form, status=422)
    with transaction():
        asked_or_404(asked_id)
        refused = actions.refuse(asked_id, by=by, because=form.reason.data or "", now=clock.now())
    if not refused:
        return one_page(asked_or_404(asked_id), form, 409, "LATE")
    flash(_("C'est refusé. La personne en est prévenue par e-mail, sans la raison."), "info")
    return see_other(url_for("joining.waiting"))
