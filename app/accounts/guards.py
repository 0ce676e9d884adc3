"""Who may come in. Every view of the house names exactly one guard, here or in `core.security`."""

from collections.abc import Callable
from functools import wraps
from typing import cast

from flask import abort, current_app, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app import clock
from app.accounts.models import Account, Role
from app.accounts.sessions import keep_form, me_sign_in, needs_proof
from app.core.htmx import see_other
from app.core.security import View, guarded
from app.core.ways import way

Check = Callable[[], ResponseReturnValue | None]
"""What a guard asks of who comes: nothing is wrong (None), an answer instead of the view, or `abort`."""


def me() -> Account:
    """The signed-in person; only behind a guard."""
    return cast(Account, current_user._get_current_object())


def by_account(**_view_args: object) -> str:
    """For `core.limits`: each signed-in person has a count of their own."""
    return str(me().id)


# ---- checks, in the order in which a guard asks them


def _known() -> ResponseReturnValue | None:
    if current_user.is_authenticated:
        return None
    return cast(ResponseReturnValue, current_app.login_manager.unauthorized())  # type: ignore[attr-defined]


def _own_browser() -> None:
    """A short code typed on a shared tablet says who asks for care, and opens nobody's account."""
    if me().only_at is not None:
        abort(403)


def _shared_tablet() -> None:
    if me().only_at is None:
        abort(403)


def _up_to_date() -> ResponseReturnValue | None:
    """Who took a shared tablet over first reads what changed while it was in other hands."""
    row = me_sign_in()
    return see_other(way("handover")) if row is not None and row.must_read else None


def _recently_proven() -> ResponseReturnValue | None:
    """What was typed is kept, and shown again before it is sent: nothing happens that the person has forgotten."""
    if not needs_proof(now=clock.now()):
        return None
    keep_form(me().id)
    url = url_for("accounts.proof")
    return ({"error": "proof", "next": url}, 403) if request.is_json else see_other(url)


def _holding(*allowed: Role) -> Check:
    def check() -> None:
        if not me().roles.intersection(allowed):
            abort(403)

    return check


# ---- guards


def guard(name: str, *checks: Check) -> Callable[[View], View]:
    """A decorator that lets nobody into the view before every check has passed; `name` is what conventions read."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(*args: object, **kwargs: object) -> object:
            answer = _first_answer(*checks)
            return view(*args, **kwargs) if answer is None else answer

        return guarded(cast(View, checked), name)

    return decorate


def _first_answer(*checks: Check) -> ResponseReturnValue | None:
    return next((answer for check in checks if (answer := check()) is not None), None)


signed_in = guard("signed in", _known, _own_browser)
"""Anyone with an account, on a browser of their own; the view itself asks whose rows they are."""

signed_in_anywhere = guard("signed in, on a shared tablet too", _known)

at_tablet = guard("at a shared tablet", _known, _shared_tablet)
"""Somebody who came in with a code on a shared tablet, whether or not they have read what changed."""

proven = guard("proven", _known, _own_browser, _recently_proven)
"""Anyone with an account who showed a passkey within the last minutes; others are asked to, and come back."""


def role(*allowed: Role, own: bool = False) -> Callable[[View], View]:
    """Only people who hold one of these roles somewhere; others hear that the page is not theirs (403).

    `own`: not on a shared tablet.
    """
    where = (_own_browser,) if own else ()
    return guard("role: " + ", ".join(sorted(allowed)), _known, _holding(*allowed), *where, _up_to_date)


def proven_role(*allowed: Role) -> Callable[[View], View]:
    """As `role`, and `proven`: for what gives others a way in."""
    name = "proven, and role: " + ", ".join(sorted(allowed))
    return guard(name, _known, _holding(*allowed), _own_browser, _recently_proven)
