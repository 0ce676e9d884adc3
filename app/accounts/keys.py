"""One's own passkeys and signed-in devices, and showing once more who one is before changing them."""

from typing import Any
from uuid import UUID

import structlog
from flask import Blueprint, Response, abort, current_app, flash, url_for

from app.accounts import actions, passkeys, queries, recovery, sessions
from app.accounts.forms import PasskeyNameForm
from app.accounts.guards import me, proven, signed_in
from app.accounts.models import Passkey
from app.core import clock
from app.core.db import transaction
from app.core.forms import resumable
from app.core.htmx import page, see_other
from app.core.incoming import json_body
from app.core.security import capability

bp = Blueprint("keys", __name__)
log = structlog.get_logger()

Json = dict[str, Any] | tuple[dict[str, Any], int]

BY_OWNER = "by the person"


def to_account() -> Response:
    return see_other(url_for("accounts.account"))


@bp.get("/proof")
@signed_in
def proof() -> Response:
    return page("accounts/proof.html", pro_sante_connect=current_app.config["SETTINGS"].pro_sante_connect)


@bp.post("/proof/options")
@signed_in
def proof_options() -> Json:
    with transaction():
        return passkeys.proof_options(me(), now=clock.now())


@bp.post("/proof/verification")
@signed_in
def proof_verification() -> Json:
    now, answer = clock.now(), json_body()
    with transaction():
        row = sessions.me_sign_in() or abort(404)
        try:
            passkeys.check_proof(me(), answer, now=now)
        except passkeys.Refused as refusal:
            return refused("proof", refusal)
        sessions.prove(me(), row, "passkey", now=now)
    flash("C'est bien vous. Vous pouvez changer vos clés et vos appareils pendant cinq minutes.", "success")
    return {"next": url_for("accounts.account")}


def refused(ceremony: str, refusal: passkeys.Refused) -> Json:
    log.info("passkey_refused", ceremony=ceremony, reason=str(refusal))
    unknown = isinstance(refusal, passkeys.UnknownPasskey)
    return {"error": "unknown" if unknown else "refused"}, 404 if unknown else 422


def my_passkey(passkey_id: UUID) -> Passkey:
    return next((each for each in queries.passkeys_of(me()) if each.id == passkey_id), None) or abort(404)


@bp.get("/passkeys/<uuid:passkey_id>")
@signed_in
def passkey(passkey_id: UUID) -> Response:
    mine = my_passkey(passkey_id)
    return passkey_page(mine, PasskeyNameForm(name=mine.name))


def passkey_page(mine: Passkey, form: PasskeyNameForm, status: int = 200) -> Response:
    last = len(queries.passkeys_of(me())) == 1
    return page("accounts/passkey.html", status=status, passkey=mine, form=form, last=last)


@bp.post("/passkeys/<uuid:passkey_id>/name")
@signed_in
@resumable
def rename_passkey(passkey_id: UUID) -> Response:
    form = PasskeyNameForm()
    if not form.validate():
        return passkey_page(my_passkey(passkey_id), form, status=422)
    with transaction():
        passkeys.rename(my_passkey(passkey_id), form.name.data or "", now=clock.now())
    return to_account()


@bp.post("/passkeys/<uuid:passkey_id>/removal")
@proven
def remove_passkey(passkey_id: UUID) -> Response:
    my_passkey(passkey_id)
    with transaction():
        removed = passkeys.remove(me(), passkey_id, now=clock.now())
    if not removed:
        mine = my_passkey(passkey_id)
        return passkey_page(mine, PasskeyNameForm(name=mine.name), status=409)
    flash("La clé d'accès est supprimée. Effacez-la aussi de l'appareil, dans ses réglages.", "success")
    return to_account()


@bp.post("/devices/<uuid:sign_in_id>/sign-out")
@proven
def end_device(sign_in_id: UUID) -> Response:
    """Only one of one's own; this very browser has its own button."""
    now = clock.now()
    with transaction():
        ended = actions.end_sign_ins(me().id, by=me().id, why=BY_OWNER, now=now, only=sign_in_id, but=this_sign_in())
    if not ended:
        abort(404)
    flash("Cet appareil est déconnecté.", "success")
    return to_account()


@bp.post("/devices/sign-out")
@proven
def end_other_devices() -> Response:
    with transaction():
        actions.end_sign_ins(me().id, by=me().id, why=BY_OWNER, now=clock.now(), but=this_sign_in())
    flash("Tous vos autres appareils sont déconnectés.", "success")
    return to_account()


def this_sign_in() -> UUID | None:
    row = sessions.me_sign_in()
    return row.id if row else None


@bp.post("/account/recovery/cancellation")
@signed_in
def cancel_recovery() -> Response:
    """No proof is asked: whoever lost every passkey has none to show, and stopping gives nothing to anybody."""
    running = recovery.running_for(me().id)
    if running is not None:
        with transaction():
            recovery.cancel(running.id, by=me().id, why=BY_OWNER, now=clock.now())
    flash("C'est arrêté : personne ne reçoit d'accès à votre place. Prévenez votre administrateur.", "success")
    return to_account()


@bp.get("/recoveries/<uuid:recovery_id>/<token>")
@capability("the link was mailed to the person; it shows nothing and only stops")
def stop(recovery_id: UUID, token: str) -> Response:
    if not recovery.stops(recovery_id, token):
        abort(404)
    return page("accounts/stop_recovery.html", stopped=False)


@bp.post("/recoveries/<uuid:recovery_id>/<token>")
@capability("the link was mailed to the person; it shows nothing and only stops")
def stop_by_mail(recovery_id: UUID, token: str) -> Response:
    if not recovery.stops(recovery_id, token):
        abort(404)
    with transaction():
        recovery.cancel(recovery_id, by=None, why="by the mailed link", now=clock.now())
    return page("accounts/stop_recovery.html", stopped=True)
