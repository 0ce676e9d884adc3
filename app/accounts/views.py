"""Signing in and out, one's own passkeys and browsers, and showing once more who one is before changing them."""

from typing import Any
from uuid import UUID

import structlog
from flask import Blueprint, Response, abort, current_app, flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from app import clock
from app.accounts import actions, passkeys, queries, sessions
from app.accounts.forms import PasskeyNameForm
from app.accounts.guards import me, proven, signed_in
from app.accounts.models import Passkey
from app.accounts.rules import device_name, own_path
from app.core.db import transaction
from app.core.forms import resumable
from app.core.htmx import page, see_other
from app.core.incoming import json_body
from app.core.limits import MINUTE, by_address, limited
from app.core.security import public
from app.core.ways import way
from app.language import templates
from app.language.phrases import LANGUAGES
from app.language.phrases import gettext as _
from app.organizations.queries import only_territory

bp = Blueprint("accounts", __name__)
log = structlog.get_logger()

Json = dict[str, Any] | tuple[dict[str, Any], int]

BY_OWNER = "by the person"


def way_back() -> str:
    return request.script_root + own_path(request.args.get("next", ""))


@bp.get("/sign-in")
@public("nobody is signed in before signing in")
def sign_in() -> AnyResponse:
    if current_user.is_authenticated:
        return redirect(way_back(), 303)
    connect = current_app.config["SETTINGS"].pro_sante_connect
    next_page = own_path(request.args.get("next", ""))
    return page("accounts/sign_in.html", next=next_page, pro_sante_connect=connect, territory=only_territory())


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


@bp.post("/account/lock-screen")
@signed_in
def set_lock_screen() -> Response:
    with transaction():
        me().answers_from_lock_screen = request.form.get("answers") == "yes"
    return see_other(way("account"))


@bp.post("/account/language")
@signed_in
def set_language() -> Response:
    """Hers from now on; a person of the demonstration is played by several, and each keeps it on her own browser."""
    chosen, answer = request.form.get("language", ""), see_other(way("account"))
    if chosen not in LANGUAGES:
        abort(422)
    if me().persona:
        templates.keep_choice(answer, chosen)
        return answer
    with transaction():
        me().language = chosen
    return answer


def to_account() -> Response:
    return see_other(way("account"))


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
    flash(_("C'est bien vous. Vous pouvez changer vos clés et vos appareils pendant cinq minutes."), "success")
    return {"next": way("account")}


def refused(ceremony: str, refusal: passkeys.Refused) -> Json:
    log.info("passkey_refused", ceremony=ceremony, reason=str(refusal))
    unknown = isinstance(refusal, passkeys.UnknownPasskey)
    return {"error": "unknown" if unknown else "refused"}, 404 if unknown else 422


@bp.post("/passkeys/options")
@proven
def enrolment_options() -> Json:
    with transaction():
        return passkeys.enrolment_options(me(), now=clock.now())


@bp.post("/passkeys/verification")
@proven
def enrolment_verification() -> Json:
    now, name, answer = clock.now(), device_name(request.user_agent.string), json_body()
    with transaction():
        try:
            passkeys.enrol(me(), answer, name, now=now)
        except passkeys.Refused as refusal:
            return refused("enrolment", refusal)
    return {"next": way("account")}


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
    flash(_("La clé d'accès est supprimée. Effacez-la aussi de l'appareil, dans ses réglages."), "success")
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
    flash(_("Cet appareil est déconnecté."), "success")
    return to_account()


@bp.post("/devices/sign-out")
@proven
def end_other_devices() -> Response:
    with transaction():
        actions.end_sign_ins(me().id, by=me().id, why=BY_OWNER, now=clock.now(), but=this_sign_in())
    flash(_("Tous vos autres appareils sont déconnectés."), "success")
    return to_account()


def this_sign_in() -> UUID | None:
    row = sessions.me_sign_in()
    return row.id if row else None
