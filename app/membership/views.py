"""Coming in: an invitation is opened by its code, and taken up with a passkey, or turned down."""

from typing import Any
from uuid import UUID

import structlog
from flask import Blueprint, Response, abort, flash, request, url_for
from flask_login import current_user

from app import clock
from app.accounts import passkeys, sessions
from app.accounts.actions import tell
from app.accounts.guards import me, signed_in
from app.accounts.rules import device_name
from app.accounts.views import refused
from app.accounts.words import ROLES
from app.core.db import transaction
from app.core.htmx import page, see_other
from app.core.incoming import json_body
from app.core.limits import MINUTE, by_address, limited
from app.core.security import cookie_capability
from app.core.ways import way
from app.language.phrases import gettext as _
from app.membership import browser, email_change, invitations, recovery
from app.membership.forms import CodeForm
from app.membership.models import Invitation, MembershipLetter
from app.organizations.queries import names_of

bp = Blueprint("membership", __name__)

Json = dict[str, Any] | tuple[dict[str, Any], int]

ANSWERED_ELSEWHERE = {"error": "refused"}, 401
"""The page is loaded again, and asks for the code."""


@bp.get("/invitation/<uuid:invitation_id>")
@cookie_capability("the link was mailed to the invited person, and shows nothing without the code")
def invitation(invitation_id: UUID) -> Response:
    proven = browser.proven_invitation(now=clock.now())
    if proven is not None and proven.id == invitation_id:
        return answer_page(proven)
    return page("membership/invitation.html", form=CodeForm())


def answer_page(proven: Invitation) -> Response:
    """Who never came in makes her passkey; who did answers with it."""
    if invitations.opens(proven):
        return page("membership/enrolment.html", invitation=proven, proposal=proposal(proven))
    mine = current_user.is_authenticated and me().id == proven.account_id
    strange = not mine and email_change.is_unproven(proven.account)
    return page(
        "membership/proposal.html", invitation=proven, proposal=proposal(proven), mine=mine, may_be_anothers=strange
    )


def proposal(proven: Invitation) -> tuple[str, str] | None:
    """(organization, role), in words; none for a way back in."""
    if proven.organization_id is None or proven.role is None:
        return None
    return names_of([proven.organization_id])[proven.organization_id], ROLES[proven.role]


@bp.post("/invitation/<uuid:invitation_id>")
@cookie_capability("link and code were mailed to the invited person")
@limited("invitation code", 60, 10 * MINUTE, of=by_address, failures=True)
def give_code(invitation_id: UUID) -> Response:
    form, now = CodeForm(), clock.now()
    if not form.validate_on_submit():
        return page("membership/invitation.html", form=form, status=422)
    with transaction():
        opened = invitations.open_with(invitation_id, form.code.data or "", now=now)
        if opened is not None:
            browser.remember_invitation(opened, now=now)
    if opened is None:
        structlog.get_logger().info("invitation_refused", invitation=str(invitation_id))
        return page("membership/invitation.html", form=form, refused=True, status=422)
    return see_other(url_for("membership.invitation", invitation_id=invitation_id))


def invitation_here(invitation_id: UUID) -> Invitation:
    """The invitation whose code this browser gave; any other is not there."""
    proven = browser.proven_invitation(now=clock.now())
    return proven if proven is not None and proven.id == invitation_id else abort(404)


@bp.post("/invitation/<uuid:invitation_id>/acceptance")
@signed_in
def accept_invitation(invitation_id: UUID) -> Response:
    """The mailbox has spoken by its code; the person does by being signed in."""
    with transaction():
        mine = invitation_here(invitation_id)
        if mine.account_id != me().id or mine.role is None:
            abort(404)
        invitations.use(mine, now=clock.now())
        browser.forget_invitation()
    flash(_("C'est fait : ce rôle est le vôtre."), "success")
    return see_other(url_for("membership.account"))


@bp.post("/invitation/<uuid:invitation_id>/refusal")
@cookie_capability("only the browser that gave the code; saying no gives nothing to anybody")
def decline_invitation(invitation_id: UUID) -> Response:
    with transaction():
        invitations.decline(invitation_here(invitation_id), now=clock.now())
        browser.forget_invitation()
    return page("membership/declined.html")


@bp.post("/invitation/<uuid:invitation_id>/own-account")
@cookie_capability("only the browser that gave the code: its mailbox says whose address it is")
def come_in_apart(invitation_id: UUID) -> Response:
    """The account that somebody made under her address is not hers; she makes her own."""
    with transaction():
        email_change.give_back(invitation_here(invitation_id), now=clock.now())
    return see_other(url_for("membership.invitation", invitation_id=invitation_id))


def enrolling_here(invitation_id: UUID) -> Invitation | None:
    """The same, when its code alone lets a passkey be enrolled; none when it was answered elsewhere meanwhile."""
    proven = browser.proven_invitation(now=clock.now())
    return proven if proven and proven.id == invitation_id and invitations.opens(proven) else None


@bp.post("/invitation/<uuid:invitation_id>/passkey/options")
@cookie_capability("only the browser that gave the code, for whom nobody came in as yet")
def first_passkey_options(invitation_id: UUID) -> Json:
    with transaction():
        proven = enrolling_here(invitation_id)
        if proven is None:
            return ANSWERED_ELSEWHERE
        return passkeys.enrolment_options(proven.account, now=clock.now())


@bp.post("/invitation/<uuid:invitation_id>/passkey/verification")
@cookie_capability("only the browser that gave the code, for whom nobody came in as yet")
def first_passkey_verification(invitation_id: UUID) -> Json:
    now, name = clock.now(), device_name(request.user_agent.string)
    with transaction():
        proven = enrolling_here(invitation_id)
        if proven is None:
            return ANSWERED_ELSEWHERE
        account = proven.account
        try:
            passkey = passkeys.enrol(account, json_body(), name, now=now, invited=True)
        except passkeys.Refused as refusal:
            return refused("enrolment", refusal)
        invitations.use(proven, now=now)
        if proven.shown_by_id:
            tell(account, MembershipLetter.JOINED, account.id, now=now)
        if proven.recovery_id:
            recovery.finish(proven, passkey, now=now)
        sessions.sign_in(account, "invitation", now=now)
    # A key that lives in one device is lost with it, so its owner is shown where to add a second one.
    return {"next": way("home") if passkey.synced else url_for("membership.account")}
