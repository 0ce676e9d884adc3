"""One signed-in browser: its cookie, its row, its end."""

from datetime import datetime
from typing import cast
from urllib.parse import urlsplit
from uuid import UUID

from flask import Response, g, redirect, session, url_for
from flask_login import LoginManager, current_user, login_user
from htmx_flask import request
from sqlalchemy import select

from app.accounts.models import Account, Invitation, SignIn
from app.accounts.rules import SIGN_IN_LASTS, own_path
from app.audit.actions import record
from app.core import clock
from app.core.db import db
from app.core.tokens import hash_token, new_token

INVITATION = "invitation"

login_manager = LoginManager()
# The address and the browser's name change on a phone that moves; the row below is the protection.
login_manager.session_protection = None


@login_manager.user_loader  # type: ignore[untyped-decorator]
def account_of(token: str) -> Account | None:
    """Who holds this token now; None when it is unknown, ended, too old, or the account is closed."""
    row = db.session.scalar(select(SignIn).where(SignIn.token_hash == hash_token(token)))
    if row is None or row.ended_at is not None or row.expires_at <= clock.now() or not row.account.active:
        return None
    g.sign_in = row
    return row.account


def me_sign_in() -> SignIn | None:
    """The row of this browser's sign-in; None when nobody is signed in by a token."""
    return cast("SignIn | None", g.get("sign_in")) if current_user.is_authenticated else None


def sign_in(account: Account, means: str, *, now: datetime) -> None:
    """Sign `account` in on this browser, with a new session so that nobody can have planted the old one."""
    _end(now)
    session.clear()
    account.sign_in_token = new_token()
    row = SignIn(
        account_id=account.id,
        token_hash=hash_token(account.sign_in_token),
        created_at=now,
        expires_at=now + SIGN_IN_LASTS,
    )
    db.session.add(row)
    login_user(account)
    record("account.signed_in", subject=account.id, actor=account.id, why="sign-in", now=now, means=means)


def sign_out(*, now: datetime) -> None:
    """End this browser's sign-in; calling it signed out changes nothing."""
    _end(now)
    session.clear()


def _end(now: datetime) -> None:
    row = me_sign_in()
    if row is not None and row.ended_at is None:
        row.ended_at = now
        record("account.signed_out", subject=row.account_id, actor=row.account_id, why="sign-out", now=now)


def remember_invitation(invitation: Invitation, *, now: datetime) -> None:
    """This browser gave the right code: until the invitation ends, it may enrol the person's passkey."""
    sign_out(now=now)
    session[INVITATION] = str(invitation.id)


def proven_invitation(*, now: datetime) -> Invitation | None:
    """The invitation whose code this browser gave, while it can still be used. Held against use elsewhere."""
    if INVITATION not in session:
        return None
    usable = (
        Invitation.id == UUID(session[INVITATION]),
        Invitation.used_at.is_(None),
        Invitation.expires_at > now,
    )
    statement = select(Invitation).where(*usable).with_for_update(of=Invitation)
    invitation = db.session.scalar(statement.execution_options(populate_existing=True))
    return invitation if invitation is not None and invitation.account.active else None


@login_manager.unauthorized_handler  # type: ignore[untyped-decorator]
def ask_to_sign_in() -> Response:
    """A page goes to sign in and comes back; a part of it takes the whole page along; a program hears 401."""
    if request.htmx:
        shown = urlsplit(request.headers.get("HX-Current-URL", ""))
        return Response(status=401, headers={"HX-Redirect": sign_in_url(shown.path, shown.query)})
    if request.is_json:
        return Response(status=401)
    if request.method != "GET":
        return cast(Response, redirect(sign_in_url("", ""), 303))
    here = sign_in_url(request.script_root + request.path, request.query_string.decode())
    return cast(Response, redirect(here, 303))


def sign_in_url(path: str, query: str) -> str:
    """The sign-in page that leads back to `path`, noted without the prefix where this Relais is reached."""
    way_back = own_path(path.removeprefix(request.script_root) + (f"?{query}" if query else ""))
    return url_for("accounts.sign_in", next=None if way_back == "/" else way_back)
