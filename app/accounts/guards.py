"""Who may come in. Every view of the house names exactly one guard, here or in `core.security`."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from flask import Response, abort, current_app, request, url_for
from flask_login import current_user

from app.accounts.models import Account, Role
from app.accounts.sessions import needs_proof, proven_invitation
from app.core import clock
from app.core.htmx import see_other
from app.core.security import guarded

P = ParamSpec("P")
R = TypeVar("R")


def me() -> Account:
    """The signed-in person; only behind a guard."""
    return cast(Account, current_user._get_current_object())


def signed_in(view: Callable[P, R]) -> Callable[P, R]:
    """Anyone with an account; the view itself asks whose rows they are."""

    @wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        if not current_user.is_authenticated:
            return cast(R, current_app.login_manager.unauthorized())  # type: ignore[attr-defined]
        return view(*args, **kwargs)

    return guarded(checked, "signed in")


def proven(view: Callable[P, R]) -> Callable[P, R]:
    """Anyone with an account who showed a passkey within the last minutes; others are asked to, and come back."""

    @wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        if not current_user.is_authenticated:
            return cast(R, current_app.login_manager.unauthorized())  # type: ignore[attr-defined]
        if needs_proof(now=clock.now()):
            return cast(R, ask_for_proof())
        return view(*args, **kwargs)

    return guarded(checked, "proven")


def ask_for_proof() -> Response | tuple[dict[str, str], int]:
    """What was sent is not kept, so that nothing happens later that the person has forgotten."""
    url = url_for("keys.proof")
    return ({"error": "proof", "next": url}, 403) if request.is_json else see_other(url)


def by_account(**_view_args: object) -> str:
    """For `core.limits`: each signed-in person has her own count."""
    return str(me().id)


def enrolling(view: Callable[P, R]) -> Callable[P, R]:
    """Whoever may enrol a passkey: someone `proven`, or the browser that gave an invitation its code."""

    @wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        if proven_invitation(now=clock.now()) is not None:
            return view(*args, **kwargs)
        return proven(view)(*args, **kwargs)

    return guarded(checked, "enrolling")


def role(*allowed: Role) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Only people who hold one of these roles somewhere; others hear that the page is not theirs (403)."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            if not current_user.is_authenticated:
                return cast(R, current_app.login_manager.unauthorized())  # type: ignore[attr-defined]
            if not me().roles.intersection(allowed):
                abort(403)
            return view(*args, **kwargs)

        return guarded(checked, "role: " + ", ".join(sorted(allowed)))

    return decorate
