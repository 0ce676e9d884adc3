"""One's own account: what it holds, its address, lost keys that somebody declares, and closing it."""

from datetime import datetime
from uuid import UUID

from flask import Response, abort, flash, url_for
from sqlalchemy.exc import IntegrityError

from app import clock
from app.accounts import queries as accounts
from app.accounts import sessions
from app.accounts.guards import by_account, me, proven, signed_in
from app.accounts.models import Role
from app.accounts.views import BY_OWNER, this_sign_in
from app.accounts.words import ROLE_NAMES
from app.core.db import transaction
from app.core.forms import resumable
from app.core.htmx import page, see_other
from app.core.limits import MINUTE, limited
from app.core.security import capability, public
from app.language.phrases import gettext as _
from app.membership import closing, email_change, queries, recovery
from app.membership.forms import ClosingForm, CodeForm, EmailForm
from app.membership.views import bp, proposal


@bp.get("/account")
@signed_in
def account() -> Response:
    return page(
        "membership/account.html",
        account=me(),
        passkeys=accounts.passkeys_of(me()),
        devices=accounts.devices_of(me(), clock.now()),
        this_device=this_sign_in(),
        proposals=[(each.id, proposal(each)) for each in queries.proposals_to(me().id, clock.now())],
        organizations=[(name, [ROLE_NAMES[each] for each in roles]) for name, roles in queries.roles_of(me())],
        answers_requests=Role.PRACTITIONER in me().roles,
        may_invite=bool(queries.may_invite_to(me())),
    )


@bp.get("/account/email")
@proven
def email() -> Response:
    return page("membership/email.html", form=EmailForm())


@bp.post("/account/email")
@proven
@limited("change of email", 5, 60 * MINUTE, of=by_account)
@resumable
def change_email() -> Response:
    form, account_id, now = EmailForm(), me().id, clock.now()
    if not form.validate_on_submit():
        return page("membership/email.html", form=form, status=422)
    with transaction():
        email_change.request_change(account_id, form.email.data or "", now=now)
    return see_other(url_for("membership.email_code"))


@bp.get("/account/email/code")
@signed_in
def email_code() -> Response:
    asked = email_change.asked_by(me().id)
    if asked is None:
        return see_other(url_for("membership.email"))
    return page("membership/email_code.html", form=CodeForm(), address=asked.email)


@bp.post("/account/email/code")
@signed_in
def confirm_email() -> Response:
    """No proof again: the page waits for a mail longer than one lasts, and what is changed to was proven already."""
    form, account_id, now = CodeForm(), me().id, clock.now()
    asked = email_change.asked_by(account_id)
    if asked is None:
        return see_other(url_for("membership.email"))
    address = asked.email
    if not form.validate_on_submit():
        return page("membership/email_code.html", form=form, address=address, status=422)
    if not _changed(account_id, form.code.data or "", now):
        return page("membership/email_code.html", form=form, address=address, refused=True, status=422)
    flash(_("Votre adresse est changée. Un e-mail le dit aussi à l'ancienne."), "success")
    return see_other(url_for("membership.account"))


def _changed(account_id: UUID, code: str, now: datetime) -> bool:
    try:
        with transaction():
            return email_change.confirm_address(account_id, code, now=now)
    except IntegrityError:  # Another person confirmed the same address at the same moment, and was first.
        return False


@bp.get("/account/closing")
@proven
def closing_page() -> Response:
    return page("membership/closing.html", form=ClosingForm(), obstacles=closing.obstacles(me()))


@bp.post("/account/closing")
@proven
def close() -> Response:
    form, account_id, now = ClosingForm(), me().id, clock.now()
    if not form.validate_on_submit():
        return page("membership/closing.html", form=form, obstacles=closing.obstacles(me()), status=422)
    with transaction():
        closed = closing.close(account_id, now=now)
        if closed:
            sessions.sign_out(now=now)
    if not closed:
        return page("membership/closing.html", form=form, obstacles=closing.obstacles(me()), status=409)
    response = see_other(url_for("membership.closed"))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@bp.get("/account/closed")
@public("the same words for everyone")
def closed() -> Response:
    return page("membership/closed.html")


@bp.post("/account/recovery/cancellation")
@signed_in
def cancel_recovery() -> Response:
    """No proof is asked: whoever lost every passkey has none to show, and stopping gives nothing to anybody."""
    running = recovery.running_for(me().id)
    if running is not None:
        with transaction():
            recovery.cancel(running.id, by=me().id, why=BY_OWNER, now=clock.now())
    flash(_("C'est arrêté : personne ne reçoit d'accès à votre place. Prévenez votre administrateur."), "success")
    return see_other(url_for("membership.account"))


@bp.get("/recoveries/<uuid:recovery_id>/<token>")
@capability("the link was mailed to the person; it shows nothing and only stops")
def stop(recovery_id: UUID, token: str) -> Response:
    if not recovery.stops(recovery_id, token):
        abort(404)
    return page("membership/stop_recovery.html", stopped=False)


@bp.post("/recoveries/<uuid:recovery_id>/<token>")
@capability("the link was mailed to the person; it shows nothing and only stops")
def stop_by_mail(recovery_id: UUID, token: str) -> Response:
    if not recovery.stops(recovery_id, token):
        abort(404)
    with transaction():
        recovery.cancel(recovery_id, by=None, why="by the mailed link", now=clock.now())
    return page("membership/stop_recovery.html", stopped=True)
