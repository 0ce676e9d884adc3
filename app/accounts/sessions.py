"""One signed-in browser: its cookie, its row, its end."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

import structlog
from flask import Flask, Response, current_app, g, redirect, session, url_for
from flask_login import LoginManager, current_user, login_user
from htmx_flask import request
from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload

from app import clock
from app.accounts import actions, shared
from app.accounts.models import Account, SignIn
from app.accounts.rules import SIGN_IN_LASTS, device_label, is_fresh, needs_noting, own_path, seen_every, sign_in_holds
from app.audit.actions import record
from app.config import Settings
from app.core.db import db, transaction
from app.core.events import announce, provider
from app.core.incoming import address
from app.core.tokens import hash_token, new_token
from app.core.waiting import UNAVAILABLE
from app.core.ways import way
from app.language.phrases import language, speak

TOKEN, CSRF = "_user_id", "csrf_token"  # where Flask-Login and Flask-WTF keep theirs in the session

log = structlog.get_logger()


@dataclass(frozen=True)
class SignedIn:
    """Somebody came in on this browser; the session is the new one."""

    account_id: UUID
    now: datetime


@dataclass(frozen=True)
class SignedOut:
    """The person at this browser leaves it; the session is still there, and ends with this."""


@provider
def keep_interrupted(account_id: UUID) -> str | None:
    """Keep the form that this person sends when she must first come in again; where she takes it up, if it is one."""
    return None


@provider
def is_awaited(account_id: UUID, now: datetime) -> bool:
    """Is something proposed to somebody without any role, so that she may come in to answer it?"""
    return False


@provider
def carried_over(account_id: UUID, now: datetime) -> dict[str, str]:
    """What a new session takes over from the former, as it is surely this person's: all else may have been planted
    there."""
    return {}


def may_come_in(account: Account, now: datetime) -> bool:
    """Whoever left the last organization has nothing to do here any more, until she is awaited again."""
    if account.is_active:
        return True
    return account.active and account.only_at is None and is_awaited(account.id, now)


login_manager = LoginManager()
# The address and the browser's name change on a phone that moves; the row below is the protection.
login_manager.session_protection = None


SIGNED_IN = (
    select(SignIn)
    .where(SignIn.token_hash == bindparam("token"))
    .options(joinedload(SignIn.account).joinedload(Account.memberships))
)
"""The sign-in, its person and her roles, in one statement: every request asks for them."""


@login_manager.user_loader  # type: ignore[untyped-decorator]
def account_of(token: str) -> Account | None:
    """Who holds this token now; None when it is unknown, ended, too old or left alone, or the account is closed."""
    row = db.session.scalars(SIGNED_IN, {"token": hash_token(token)}).unique().one_or_none()
    if row is None or not _holds(row):
        return None
    row.account.only_at = row.only_at_id
    if not may_come_in(row.account, clock.now()):
        return None
    if row.account.language:
        speak(row.account.language)
    g.sign_in, g.seen = row, (row.id, row.last_seen_at)
    return row.account


def _holds(row: SignIn) -> bool:
    """On a shared tablet, whoever signed in there by whatever means is out after the tablet's own minutes."""
    settings: Settings = current_app.config["SETTINGS"]
    idle = settings.tablet_idle if row.only_at_id or shared.mark() else settings.idle_limit
    return sign_in_holds(clock.now(), expires_at=row.expires_at, ended_at=row.ended_at, seen_at=row.seen_at, idle=idle)


def note_presence(response: Response) -> Response:
    """Remember that the person was here: once a minute at most, and when the answer has left already.

    What a page asks by itself (a part of it, its stream) shows a screen that is on, not a person in front of it.
    """
    sign_in_id, last_seen_at = g.get("seen", (None, None))
    alone = request.method == "GET" and (request.htmx or response.mimetype == "text/event-stream")
    every = seen_every(at_tablet=bool(shared.mark()))
    if sign_in_id is not None and not alone and needs_noting(last_seen_at, clock.now(), every):
        response.call_on_close(_noting(sign_in_id, clock.now()))
    return response


def _noting(sign_in_id: UUID, now: datetime) -> Callable[[], None]:
    app = cast(Flask, current_app._get_current_object())  # type: ignore[attr-defined]

    def note() -> None:
        """Nobody waits for this any more: a database that is busy or away costs a minute of precision."""
        try:
            with app.app_context(), transaction():
                actions.note_seen(sign_in_id, now=now)
        except UNAVAILABLE as error:
            log.warning("presence_not_noted", error=type(error).__name__)

    return note


def me_sign_in() -> SignIn | None:
    """The row of this browser's sign-in; None when nobody is signed in by a token."""
    return cast("SignIn | None", g.get("sign_in")) if current_user.is_authenticated else None


def who_was_here() -> UUID | None:
    """Whose browser this is: the person signed in, or the last one when her sign-in ran out by itself. Whoever was
    signed out, here or from afar, leaves nothing to come back to; nor does who belongs nowhere any more."""
    row = me_sign_in()
    if row is None and TOKEN in session:
        row = db.session.scalar(select(SignIn).where(SignIn.token_hash == hash_token(session[TOKEN])))
    return row.account_id if row is not None and row.ended_at is None and row.account.is_active else None


def keep_form(account_id: UUID | None) -> str | None:
    """Where this person takes up the form of this request, once she may; None when it is none that is kept."""
    if account_id is None or request.method == "GET":
        return None
    return keep_interrupted(account_id)


@dataclass(frozen=True)
class TabletPlace:
    """A shared tablet, as a sign-in keeps it; `must_read`: the person first reads what changed meanwhile."""

    organization_id: UUID
    name: str
    must_read: bool


def sign_in(account: Account, means: str, *, now: datetime, at: TabletPlace | None = None) -> SignIn:
    """Sign `account` in on this browser, with a new session so that nobody can have planted the old one.
    Whether she may come in was asked before.

    `at`: the shared tablet where only a short code was given, which proves nothing for changes to the account.
    """
    forms_of_hers = session.get(CSRF) if who_was_here() == account.id else None
    _end(now)
    hers = carried_over(account.id, now)
    session.clear()
    session.update(hers)
    if forms_of_hers:
        session[CSRF] = forms_of_hers  # What she had open in other windows can still be sent.
    account.sign_in_token = new_token()
    account.only_at = at.organization_id if at else None
    if account.language is None and at is None:
        account.language = language()  # What she reads now is what mails and alerts say to her.
    row = SignIn(
        account_id=account.id,
        token_hash=hash_token(account.sign_in_token),
        created_at=now,
        expires_at=now + SIGN_IN_LASTS,
        last_seen_at=now,
        proven_at=None if at else now,
        device=at.name if at else device_label(request.user_agent.string),
        only_at_id=account.only_at,
        must_read=at.must_read if at else False,
    )
    db.session.add(row)
    login_user(account, force=True)
    record("account.signed_in", account, account, now=now, means=means)
    announce(SignedIn(account.id, now))
    return row


def prove(account: Account, row: SignIn, means: str, *, now: datetime) -> None:
    """The person proved again who she is: changes are allowed for some minutes, under a new token (ASVS 7.2.4)."""
    account.sign_in_token = new_token()
    row.token_hash = hash_token(account.sign_in_token)
    row.proven_at = now
    login_user(account, force=True)
    record("account.proven", account, account, now=now, means=means)


def needs_proof(*, now: datetime) -> bool:
    """Must the person show a passkey before this change? Not in the demonstration, where nobody signs in."""
    row = me_sign_in()
    return row is not None and not is_fresh(row.proven_at, now)


def sign_out(*, now: datetime) -> None:
    """End this browser's sign-in; calling it signed out changes nothing."""
    announce(SignedOut())
    _end(now)
    session.clear()


def _end(now: datetime) -> None:
    row = me_sign_in()
    if row is not None and row.ended_at is None:
        row.ended_at = now
        record("account.signed_out", row.account_id, row.account_id, now=now)


@login_manager.unauthorized_handler  # type: ignore[untyped-decorator]
def ask_to_sign_in() -> Response:
    """A page goes to sign in and comes back; a part of it takes the whole page along; a program hears 401.

    What was typed is kept for the same person, and for nobody else.
    """
    draft = keep_form(who_was_here())
    if request.htmx:
        if draft:
            return Response(status=401, headers={"HX-Redirect": sign_in_url(draft, "")})
        page = address(request.headers.get("HX-Current-URL", ""))
        return Response(status=401, headers={"HX-Redirect": sign_in_url(page.path, page.query)})
    if request.is_json:
        return Response(status=401)
    if draft:
        return cast(Response, redirect(sign_in_url(draft, ""), 303))
    if request.method != "GET":  # Nothing was typed; another site's address means nothing here.
        form = address(request.referrer or "")
        return cast(Response, redirect(sign_in_url(form.path, form.query), 303))
    here = sign_in_url(request.script_root + request.path, request.query_string.decode())
    return cast(Response, redirect(here, 303))


def sign_in_url(path: str, query: str) -> str:
    """The sign-in page that leads back to `path`, noted without the prefix where this Relais is reached.

    A shared tablet leads nobody back: the next person at it is another one.
    """
    if shared.mark():
        return way("locked-tablet")
    way_back = own_path(path.removeprefix(request.script_root) + (f"?{query}" if query else ""))
    return url_for("accounts.sign_in", next=None if way_back == "/" else way_back)
