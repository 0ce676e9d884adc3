"""What the requester says while Relais looks, and after: each ends on the request's own page."""

from collections.abc import Callable
from uuid import UUID

from flask import Response, abort, request, url_for

from app import clock
from app.accounts.guards import by_account, me, role
from app.accounts.models import REQUESTERS
from app.appointments import actions as appointments
from app.attachments import actions as attachments
from app.care_requests import actions as care_requests
from app.care_requests.models import CareRequest, CareTask
from app.core.db import db, transaction
from app.core.forms import is_resumed, resumable
from app.core.htmx import see_other
from app.core.limits import MINUTE, limited
from app.core.security import takes
from app.desk.changes import REASSIGNMENTS, CancellationForm, ReassignmentForm, ReplyForm, WindowForm
from app.desk.door import asked_by_us, bp
from app.desk.following import follow_again
from app.desk.pages import CameBack
from app.dispatch import actions as dispatch
from app.dispatch import answers
from app.dispatch import queries as dispatch_queries
from app.documents.intake import ROOM, received, type_said
from app.documents.rules import WrongDocument
from app.language.phrases import gettext as _
from app.language.phrases import kept


def done(request_id: UUID, change: Callable[[CareRequest], bool], too_late: str) -> Response:
    """Make the change in one transaction; when another was faster, say so on the page as it is now (409)."""
    with transaction():
        changed = change(asked_by_us(request_id))
    if not changed:
        return follow_again(asked_by_us(request_id).id, 409, CameBack(notice=too_late))
    return see_other(url_for("desk.follow", request_id=request_id))


def again(request_id: UUID, wrong: CameBack) -> Response:
    """The page with what must be mended."""
    return follow_again(asked_by_us(request_id).id, 422, wrong)


@bp.post("/requests/<uuid:request_id>/cancellation")
@role(*REQUESTERS)
def cancel(request_id: UUID) -> Response:
    form, now = CancellationForm(), clock.now()
    if not form.validate():
        return again(request_id, CameBack(cancellation=form))
    why = form.cancellation.data or ""
    late = _("Trop tard pour annuler : cette demande était déjà close. Rien n'a été changé.")
    return done(request_id, lambda found: dispatch.cancel(found, by=me(), now=now, reason=why), late)


@bp.post("/requests/<uuid:request_id>/widening")
@role(*REQUESTERS)
def widen(request_id: UUID) -> Response:
    now = clock.now()
    late = _("La recherche est déjà aussi large qu'elle peut l'être, ou elle est finie. Rien n'a été changé.")
    return done(request_id, lambda found: dispatch.widen_now(found, by=me(), now=now), late)


@bp.post("/requests/<uuid:request_id>/window")
@role(*REQUESTERS)
def reschedule(request_id: UUID) -> Response:
    now = clock.now()
    pathway = asked_by_us(request_id).rulebook
    form = WindowForm(pathway, now)
    if not form.validate():
        return again(request_id, CameBack(window=form))
    start, end = pathway.window(form.window.data).bounds(now)
    late = _("Trop tard pour changer le moment : quelqu'un l'a prise, ou elle est close. Appelez le professionnel.")
    return done(request_id, lambda found: dispatch.reschedule(found, start, end, by=me(), now=now), late)


@bp.post("/requests/<uuid:request_id>/reassignment")
@role(*REQUESTERS)
def reassign(request_id: UUID) -> Response:
    form, now = ReassignmentForm(), clock.now()
    if not form.validate():
        return again(request_id, CameBack(reassignment=form))
    why = kept(REASSIGNMENTS[form.reassignment.data])

    def take_back(found: CareRequest) -> bool:
        whom = request.form.get("performer", "")
        taken_back = dispatch.reassign(found, by=me(), now=now, reason=why, whom=whom)
        if taken_back:
            appointments.forget_time(found, now)
        return taken_back

    return done(
        request_id, take_back, _("Trop tard : les soins ont commencé, ou ce n'est plus cette personne qui vient.")
    )


@bp.post("/requests/<uuid:request_id>/questions/<uuid:inquiry_id>")
@role(*REQUESTERS)
@resumable
def reply(request_id: UUID, inquiry_id: UUID) -> Response:
    form, now = ReplyForm(), clock.now()
    asked = dispatch_queries.inquiry_about(asked_by_us(request_id), inquiry_id) or abort(404)
    if not form.validate():
        return again(request_id, CameBack(reply=(inquiry_id, form)))
    said = form.answer.data or ""
    return done(
        request_id,
        lambda _: answers.reply(asked, said, by=me(), now=now),
        _("Quelqu'un de votre équipe a déjà répondu à cette question."),
    )


@bp.post("/requests/<uuid:request_id>/proposals/<uuid:offer_id>")
@role(*REQUESTERS)
def choose(request_id: UUID, offer_id: UUID) -> Response:
    now = clock.now()
    proposal = dispatch_queries.proposal_for(asked_by_us(request_id), offer_id) or abort(404)

    def pick(found: CareRequest) -> bool:
        chosen = dispatch.choose(proposal, by=me(), now=now)
        if chosen:
            appointments.prepare(found, now)
        return chosen

    return done(request_id, pick, _("Cette proposition n'est plus disponible. Choisissez-en une autre."))


@bp.post("/requests/<uuid:request_id>/tasks/<uuid:task_id>")
@role(*REQUESTERS)
def finish_task(request_id: UUID, task_id: UUID) -> Response:
    now = clock.now()

    def finish(found: CareRequest) -> bool:
        task = db.session.get(CareTask, task_id)
        if task is None or task.request_id != found.id or task.owner != "requester":
            abort(404)
        care_requests.finish_task(task, by=me(), now=now)
        return True

    return done(request_id, finish, "")


@bp.post("/requests/<uuid:request_id>/attachments")
@role(*REQUESTERS)
@limited("attachment", 30, MINUTE, of=by_account)
@takes(ROOM)
@resumable
def attach(request_id: UUID) -> Response:
    now = clock.now()
    asked_by_us(request_id)
    brought = received(by=me().id, now=now)
    if is_resumed():
        return again(request_id, CameBack(waiting=brought.documents))
    try:
        if brought.wrong:
            raise WrongDocument(" ".join(brought.wrong))
        if not brought.documents:
            raise WrongDocument(_("Choisissez un fichier."))
        with transaction():
            attachments.join(asked_by_us(request_id), brought.documents, type_said("other"), by=me(), now=now)
    except WrongDocument as wrong:
        return again(request_id, CameBack(wrong_document=str(wrong), waiting=brought.documents))
    return see_other(url_for("desk.follow", request_id=request_id))
