"""One's own address, and closing one's own account."""

from datetime import datetime
from uuid import UUID

from flask import Blueprint, Response, flash, url_for
from sqlalchemy.exc import IntegrityError
from wtforms import BooleanField
from wtforms.validators import InputRequired

from app.accounts import closing, email_change, sessions
from app.accounts.forms import CodeForm, EmailForm
from app.accounts.guards import by_account, me, proven, signed_in
from app.core import clock
from app.core.db import transaction
from app.core.forms import Form, resumable
from app.core.htmx import page, see_other
from app.core.limits import MINUTE, limited
from app.core.security import public

bp = Blueprint("settings", __name__, url_prefix="/account")


class ClosingForm(Form):
    sure = BooleanField(
        "Je veux fermer mon compte", validators=[InputRequired("Cochez la case si vous le voulez vraiment.")]
    )


@bp.get("/email")
@proven
def email() -> Response:
    return page("accounts/email.html", form=EmailForm())


@bp.post("/email")
@proven
@limited("change of email", 5, 60 * MINUTE, of=by_account)
@resumable
def change_email() -> Response:
    form, account_id, now = EmailForm(), me().id, clock.now()
    if not form.validate_on_submit():
        return page("accounts/email.html", form=form, status=422)
    with transaction():
        email_change.ask_for_change(account_id, form.email.data or "", now=now)
    return see_other(url_for("settings.email_code"))


@bp.get("/email/code")
@signed_in
def email_code() -> Response:
    asked = email_change.asked_by(me().id)
    if asked is None:
        return see_other(url_for("settings.email"))
    return page("accounts/email_code.html", form=CodeForm(), address=asked.email)


@bp.post("/email/code")
@signed_in
def show_email_code() -> Response:
    """No proof again: the page waits for a mail longer than one lasts, and what is changed to was proven already."""
    form, account_id, now = CodeForm(), me().id, clock.now()
    asked = email_change.asked_by(account_id)
    if asked is None:
        return see_other(url_for("settings.email"))
    address = asked.email
    if not form.validate_on_submit():
        return page("accounts/email_code.html", form=form, address=address, status=422)
    if not _changed(account_id, form.code.data or "", now):
        return page("accounts/email_code.html", form=form, address=address, refused=True, status=422)
    flash("Votre adresse est changée. Un courriel le dit aussi à l'ancienne.", "success")
    return see_other(url_for("accounts.account"))


def _changed(account_id: UUID, code: str, now: datetime) -> bool:
    try:
        with transaction():
            return email_change.redeem_email_code(account_id, code, now=now)
    except IntegrityError:  # Another person confirmed the same address at the same moment, and was first.
        return False


@bp.get("/closing")
@proven
def closing_page() -> Response:
    return page("accounts/closing.html", form=ClosingForm(), obstacles=closing.obstacles(me()))


@bp.post("/closing")
@proven
def close() -> Response:
    form, account_id, now = ClosingForm(), me().id, clock.now()
    if not form.validate_on_submit():
        return page("accounts/closing.html", form=form, obstacles=closing.obstacles(me()), status=422)
    with transaction():
        closed = closing.close(account_id, now=now)
        if closed:
            sessions.sign_out(now=now)
    if not closed:
        return page("accounts/closing.html", form=form, obstacles=closing.obstacles(me()), status=409)
    response = see_other(url_for("settings.closed"))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@bp.get("/closed")
@public("the same words for everyone")
def closed() -> Response:
    return page("accounts/closed.html")
