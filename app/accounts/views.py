"""Signing in and out, accepting an invitation, inviting, and one's own account."""

from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from flask import Blueprint, Response, abort, current_app, flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from app.accounts import actions, invitations, passkeys, queries, recovery, sessions
from app.accounts.forms import CodeForm, InviteForm
from app.accounts.guards import enrolling, me, proven_role, role, signed_in
from app.accounts.keys import refused, this_sign_in
from app.accounts.models import Account, Invitation, News, Role
from app.accounts.rules import accepts_codes, device_name, own_path
from app.accounts.words import ROLE_HINTS, ROLES
from app.core import clock
from app.core.db import transaction
from app.core.forms import resumable
from app.core.htmx import page, see_other
from app.core.incoming import json_body
from app.core.limits import MINUTE, by_address, limited
from app.core.qr import qr_svg
from app.core.security import cookie_capability, public
from app.organizations.queries import names_of

bp = Blueprint("accounts", __name__)

BY_MAIL = "Cette adresse est déjà connue de Relais\u00a0: l'invitation part par courriel, elle vaut 24 heures."

Json = dict[str, Any] | tuple[dict[str, Any], int]


def home() -> str:
    return request.script_root + "/"


def way_back() -> str:
    return request.script_root + own_path(request.args.get("next", ""))


@bp.get("/sign-in")
@public("nobody is signed in before signing in")
def sign_in() -> AnyResponse:
    if current_user.is_authenticated:
        return redirect(way_back(), 303)
    connect = current_app.config["SETTINGS"].pro_sante_connect
    return page("accounts/sign_in.html", next=own_path(request.args.get("next", "")), pro_sante_connect=connect)


@bp.post("/sign-in/options")
@public("a challenge says nothing about anybody")
@limited("sign-in options", 1200, MINUTE, of=by_address)
def sign_in_options() -> Json:
    with transaction():
        return passkeys.sign_in_options(now=clock.now())


@bp.post("/sign-in/verification")
@public("the passkey's signature is what signs in")
@limited("sign-in verification", 60, MINUTE, of=by_address, failures=True)
def sign_in_verification() -> Json:
    now, answer = clock.now(), json_body()
    with transaction():
        try:
            account = passkeys.recognize(answer, now=now)
        except passkeys.Refused as refusal:
            return refused("sign-in", refusal)
        sessions.sign_in(account, "passkey", now=now)
    return {"next": way_back()}


@bp.post("/sign-out")
@public("signing out twice harms nobody")
def sign_out() -> Response:
    with transaction():
        sessions.sign_out(now=clock.now())
    response = see_other(url_for("accounts.sign_in"))
    # Phones are lent and lost: nothing of the last person stays in this one, its service worker included.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@bp.get("/invitation/<uuid:invitation_id>")
@cookie_capability("the link was mailed to the invited person, and shows nothing without the code")
def invitation(invitation_id: UUID) -> Response:
    proven = sessions.proven_invitation(now=clock.now())
    if proven is not None and proven.id == invitation_id:
        return answer_page(proven)
    return page("accounts/invitation.html", form=CodeForm())


def answer_page(proven: Invitation) -> Response:
    """Who never came in makes her passkey; who did answers with it."""
    if invitations.opens(proven):
        return page("accounts/enrolment.html", invitation=proven, proposal=proposal(proven))
    mine = current_user.is_authenticated and me().id == proven.account_id
    return page("accounts/proposal.html", invitation=proven, proposal=proposal(proven), mine=mine)


def proposal(proven: Invitation) -> tuple[str, str] | None:
    """(organization, role), in words; none for a way back in."""
    if proven.organization_id is None or proven.role is None:
        return None
    return names_of([proven.organization_id])[proven.organization_id], ROLES[proven.role]


@bp.post("/invitation/<uuid:invitation_id>")
@cookie_capability("link and code were mailed to the invited person")
@limited("invitation code", 60, 10 * MINUTE, of=by_address, failures=True)
def show_code(invitation_id: UUID) -> Response:
    form, now = CodeForm(), clock.now()
    if not form.validate_on_submit():
        return page("accounts/invitation.html", form=form, status=422)
    with transaction():
        opened = invitations.show_code(invitation_id, form.code.data or "", now=now)
        if opened is not None:
            sessions.remember_invitation(opened, now=now)
    if opened is None:
        structlog.get_logger().info("invitation_refused", invitation=str(invitation_id))
        return page("accounts/invitation.html", form=form, refused=True, status=422)
    return see_other(url_for("accounts.invitation", invitation_id=invitation_id))


def shown_here(invitation_id: UUID) -> Invitation:
    """The invitation whose code this browser gave; any other is not there."""
    proven = sessions.proven_invitation(now=clock.now())
    return proven if proven is not None and proven.id == invitation_id else abort(404)


@bp.post("/invitation/<uuid:invitation_id>/acceptance")
@signed_in
def accept_invitation(invitation_id: UUID) -> Response:
    """The mailbox has spoken by its code; the person does by being signed in."""
    with transaction():
        mine = shown_here(invitation_id)
        if mine.account_id != me().id or mine.role is None:
            abort(404)
        invitations.use(mine, now=clock.now())
        sessions.forget_invitation()
    flash("C'est fait\u00a0: ce rôle est le vôtre.", "success")
    return see_other(url_for("accounts.account"))


@bp.post("/invitation/<uuid:invitation_id>/refusal")
@cookie_capability("only the browser that gave the code; saying no gives nothing to anybody")
def decline_invitation(invitation_id: UUID) -> Response:
    with transaction():
        invitations.decline(shown_here(invitation_id), now=clock.now())
        sessions.forget_invitation()
    return page("accounts/declined.html")


@bp.post("/passkeys/options")
@enrolling
def enrolment_options() -> Json:
    now = clock.now()
    with transaction():
        try:
            account = enroller(sessions.enrolling_invitation(now=now), now)
        except passkeys.Refused as refusal:
            return refused("enrolment", refusal)
        return passkeys.enrolment_options(account, now=now)


def enroller(proven: Invitation | None, now: datetime) -> Account:
    """Whose key this is: asked again inside the transaction, as the invitation that let the browser through the guard
    may have been answered elsewhere since. Raises `Refused`."""
    if proven:
        return proven.account
    if not current_user.is_authenticated or me().only_at or sessions.needs_proof(now=now):
        raise passkeys.Refused("the invitation was answered elsewhere")
    return me()


@bp.post("/passkeys/verification")
@enrolling
def enrolment_verification() -> Json:
    now, name, answer = clock.now(), device_name(request.user_agent.string), json_body()
    with transaction():
        proven = sessions.enrolling_invitation(now=now)
        try:
            account = enroller(proven, now)
            passkey = passkeys.enrol(account, answer, name, now=now, invited=proven is not None)
        except passkeys.Refused as refusal:
            return refused("enrolment", refusal)
        if proven:
            invitations.use(proven, now=now)
            if proven.shown_by_id:
                actions.tell(account, News.JOINED, account.id, now=now)
            if proven.recovery_id:
                recovery.finish(proven, passkey, now=now)
            sessions.sign_in(account, "invitation", now=now)
    # A key that lives in one device is lost with it, so its owner is shown where to add a second one.
    return {"next": home() if proven and passkey.synced else url_for("accounts.account")}


@bp.get("/account")
@signed_in
def account() -> Response:
    return page(
        "accounts/account.html",
        account=me(),
        passkeys=queries.passkeys_of(me()),
        devices=queries.devices_of(me(), clock.now()),
        this_device=this_sign_in(),
        proposals=[(each.id, proposal(each)) for each in queries.proposals_to(me().id, clock.now())],
        organizations=[(name, [ROLES[each] for each in roles]) for name, roles in queries.roles_of(me())],
        answers_requests=Role.PRACTITIONER in me().roles,
        may_invite=bool(queries.may_invite_to(me())),
    )


@bp.post("/account/lock-screen")
@signed_in
def set_lock_screen() -> Response:
    with transaction():
        me().answers_from_lock_screen = request.form.get("answers") == "yes"
    return see_other(url_for("accounts.account"))


@bp.get("/invitations/new")
@role(Role.ADMINISTRATOR, Role.COORDINATOR)
def new_invitation() -> Response:
    form = InviteForm()
    form.offer(me())
    return page("accounts/new_invitation.html", form=form, hints=ROLE_HINTS)


@bp.post("/invitations/new")
@role(Role.ADMINISTRATOR, Role.COORDINATOR)
@resumable
def invite() -> Response:
    return invited(shown=False)


@bp.post("/invitations/shown")
@proven_role(Role.ADMINISTRATOR, Role.COORDINATOR)
@resumable
def invite_here() -> Response:
    """Without the mailbox as a witness, so the one who vouches has just shown her own passkey."""
    return invited(shown=True)


def invited(*, shown: bool) -> Response:
    form = InviteForm()
    form.offer(me())
    if not form.validate_on_submit():
        return page("accounts/new_invitation.html", form=form, hints=ROLE_HINTS, status=422)
    with transaction():
        if form.role.data not in me().may_grant(form.organization_id.data):
            abort(403)  # She has lost the right since the form was read.
        made = invitations.invite(
            form.person, form.organization_id.data, form.role.data, by=me().id, now=clock.now(), shown=shown
        )
        made_id, here = made.id, made.shown_by_id is not None
    if here:
        return see_other(url_for("accounts.show_invitation", invitation_id=made_id))
    # The same words whether or not somebody has an account of this address; but on a screen only what is new is shown.
    flash(BY_MAIL if shown else "L'invitation part par courriel. Elle vaut 24 heures.", "info" if shown else "success")
    return see_other(url_for("accounts.new_invitation"))


@bp.get("/invitations/<uuid:invitation_id>")
@role(Role.ADMINISTRATOR, Role.COORDINATOR)
def show_invitation(invitation_id: UUID) -> Response:
    """The code to scan, and the six digits to say: neither opens anything without the other."""
    mine = queries.shown_invitation(invitation_id, me()) or abort(404)
    path = url_for("accounts.invitation", invitation_id=mine.id).removeprefix(request.script_root)
    address = f"{current_app.config['SETTINGS'].base_url}{path}"
    return page(
        "accounts/shown_invitation.html",
        invitation=mine,
        holds=accepts_codes(mine.used_at, mine.expires_at, mine.attempts, clock.now()),
        code=actions.code_of(mine.id),
        address=address,
        drawn=qr_svg(address),
    )
