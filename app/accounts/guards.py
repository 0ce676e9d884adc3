"""Who may come in. Every view of the house names exactly one guard, here or in `core.security`."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from flask import Response, abort, current_app, request, url_for
from flask_login import current_user

from app.accounts.models import Account, Role
from app.accounts.sessions import enrolling_invitation, keep_form, me_sign_in, needs_proof
from app.core import clock
from app.core.htmx import see_other
from app.core.security import guarded

P = ParamSpec("P")
R = TypeVar("R")


def me() -> Account:
    """The signed-in person; only behind a guard."""
    return cast(Account, current_user._get_current_object())


def signed_in(view: Callable[P, R]) -> Callable[P, R]:
    """Anyone with an account, on a browser of her own; the view itself asks whose rows they are."""

    @wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        if not current_user.is_authenticated:
            return cast(R, current_app.login_manager.unauthorized())  # type: ignore[attr-defined]
        refuse_tablet()
        return view(*args, **kwargs)

    return guarded(checked, "signed in")


def refuse_tablet() -> None:
    """A short code typed on a shared tablet says who asks for care, and opens nobody's account."""
    if me().only_at is not None:
        abort(403)


def signed_in_anywhere(view: Callable[P, R]) -> Callable[P, R]:
    """Like `signed_in`, on a shared tablet too."""

    @wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        if not current_user.is_authenticated:
            return cast(R, current_app.login_manager.unauthorized())  # type: ignore[attr-defined]
        return view(*args, **kwargs)

    return guarded(checked, "signed in, on a shared tablet too")


def at_tablet(view: Callable[P, R]) -> Callable[P, R]:
    """Somebody who came in with her code on a shared tablet, whether or not she has read what changed."""

    @wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        if not current_user.is_authenticated:
            return cast(R, current_app.login_manager.unauthorized())  # type: ignore[attr-defined]
        if me().only_at is None:
            abort(403)
        return view(*args, **kwargs)

    return guarded(checked, "at a shared tablet")


def proven(view: Callable[P, R]) -> Callable[P, R]:
    """Anyone with an account who showed a passkey within the last minutes; others are asked to, and come back."""

    @wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        if not current_user.is_authenticated:
            return cast(R, current_app.login_manager.unauthorized())  # type: ignore[attr-defined]
        refuse_tablet()
        if needs_proof(now=clock.now()):
            return cast(R, ask_for_proof())
        return view(*args, **kwargs)

    return guarded(checked, "proven")


def ask_for_proof() -> Response | tuple[dict[str, str], int]:
    """What was typed is kept, and shown again before it is sent: nothing happens that the person has forgotten."""
    keep_form(me().id)
    url = url_for("keys.proof")
    return ({"error": "proof", "next": url}, 403) if request.is_json else see_other(url)


def by_account(**_view_args: object) -> str:
    """For `core.limits`: each signed-in person has her own count."""
    return str(me().id)


def enrolling(view: Callable[P, R]) -> Callable[P, R]:
    """Whoever may enrol a passkey: someone `proven`, or the browser that gave a newcomer's invitation its code."""

    @wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        if enrolling_invitation(now=clock.now()) is not None:
            return view(*args, **kwargs)
        return proven(view)(*args, **kwargs)

    return guarded(checked, "enrolling")


def role(*allowed: Role, own: bool = False) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Only people who hold one of these roles somewhere; others hear that the page is not theirs (403).

    Who took a shared tablet over first reads what changed while it was in other hands. `own`: not on a shared tablet.
    """

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            if not current_user.is_authenticated:
                return cast(R, current_app.login_manager.unauthorized())  # type: ignore[attr-defined]
            if not me().roles.intersection(allowed):
                abort(403)
            if own:
                refuse_tablet()
            if (row := me_sign_in()) is not None and row.must_read:
                return cast(R, see_other(url_for("desk.handover")))
            return view(*args, **kwargs)

        return guarded(checked, "role: " + ", ".join(sorted(allowed)))

    return decorate


def proven_role(*allowed: Role) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """As `role`, and `proven`: for what gives others a way in."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            if current_user.is_authenticated and needs_proof(now=clock.now()):
                return cast(R, ask_for_proof())
            return view(*args, **kwargs)

        held = ", ".join(sorted(allowed))
        return guarded(role(*allowed, own=True)(checked), f"proven, and role: {held}")

    return decorate
