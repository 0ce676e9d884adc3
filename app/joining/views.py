"""Asking for access: who one is, a code to one's address, and the same words whoever asks."""

from uuid import UUID

from flask import Blueprint, Response, current_app, request, session, url_for
from flask_login import current_user

from app import clock
from app.core.db import db, transaction
from app.core.htmx import page, see_other
from app.core.limits import MINUTE, by_address, limited
from app.core.security import public
from app.joining import actions
from app.joining.forms import AccessForm
from app.joining.models import AccessRequest
from app.joining.pages import AccessPage, CodePage, SentPage
from app.membership.forms import CodeForm, EmailForm

bp = Blueprint("joining", __name__)

ASKED = "access_request"
"""In the session: the request that this browser made, or that Pro Santé Connect made for it."""


def mine() -> AccessRequest | None:
    asked = session.get(ASKED)
    return db.session.get(AccessRequest, UUID(asked)) if asked else None


def vouched() -> AccessRequest | None:
    """A person whom Pro Santé Connect named in this browser some minutes ago; whoever comes next to it is another."""
    asked = mine()
    lately = asked is not None and asked.confirmed_at is None and clock.now() < asked.expires_at
    return asked if asked is not None and asked.vouched and lately else None


def by_typed_address(**_view_args: object) -> str:
    return request.form.get("email", "").strip().lower()


@bp.get("/access")
@public("whoever has no account yet asks for one")
def ask() -> Response:
    if current_user.is_authenticated:
        return see_other(url_for("membership.account"))
    person = vouched()
    return asking_page(EmailForm() if person else AccessForm(), person)


def asking_page(form: EmailForm, person: AccessRequest | None, status: int = 200) -> Response:
    connect = bool(current_app.config["SETTINGS"].pro_sante_connect)
    return page(AccessPage(form, person, connect), status=status)


@bp.post("/access")
@public("whoever has no account yet asks for one; the answer says nothing of the directory")
@limited("access request", 100, 10 * MINUTE, of=by_address)
@limited("access request to one address", 6, 60 * MINUTE, of=by_typed_address)
def send() -> Response:
    person = vouched()
    form, now = EmailForm() if person else AccessForm(), clock.now()
    if not form.validate_on_submit():
        return asking_page(form, person, status=422)
    with transaction():
        known = vouched()
        asked = (
            actions.give_address(known, form.email.data or "", now=now) if known else actions.ask(claim(form), now=now)
        )
        session[ASKED] = str(asked.id)
    return see_other(url_for("joining.code"))


def claim(form: AccessForm) -> actions.Claim:
    return actions.Claim(
        form.rpps.data or "", form.given_name.data or "", form.family_name.data or "", form.email.data or ""
    )


@bp.get("/access/code")
@public("the session names the request; without one there is nothing to see")
def code() -> Response:
    asked = mine()
    if asked is None or not asked.email:
        return see_other(url_for("joining.ask"))
    return page(CodePage(CodeForm()))


@bp.post("/access/code")
@public("the code was mailed to the address that was typed")
@limited("access code", 60, 10 * MINUTE, of=by_address, failures=True)
def show_code() -> Response:
    form, asked, now = CodeForm(), mine(), clock.now()
    if asked is None:
        return see_other(url_for("joining.ask"))
    if not form.validate_on_submit():
        return page(CodePage(form), status=422)
    request_id = asked.id
    with transaction():
        confirmed = actions.prove_address(request_id, form.code.data or "", now=now)
    if not confirmed:
        return page(CodePage(form, refused=True), status=422)
    session.pop(ASKED)
    return see_other(url_for("joining.sent"))


@bp.get("/access/sent")
@public("the same words for everyone")
def sent() -> Response:
    return page(SentPage())
