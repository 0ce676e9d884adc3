"""What every answer carries and every unsafe request must prove, whoever asks."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Request, Response, abort, current_app, request
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import CSRFProtect

csrf = CSRFProtect()

View = TypeVar("View", bound=Callable[..., object])

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), "
    "publickey-credentials-get=(self), publickey-credentials-create=(self)",
}


def guarded(view: View, guard: str) -> View:
    """Note on the view which guard keeps it; a view without one fails the conventions."""
    view.guard = guard  # type: ignore[attr-defined]
    return view


def public(why: str) -> Callable[[View], View]:
    """Anyone may ask for this URL, and `why` says for which reason that is right."""
    return lambda view: guarded(view, f"public: {why}")


def capability(why: str) -> Callable[[View], View]:
    """Whoever holds the unguessable token in the URL or body may act; `why` says what the token proves.

    Nothing is asked of cookies, so there is no cookie's authority for a forged request to borrow: it is taken from
    wherever it comes, without cookie, and with `Origin: null`, which is what browsers send from a page that asks for
    no referrer (WHATWG Fetch, the `Origin` header).
    """

    def mark(view: View) -> View:
        view.borrows_nothing = True  # type: ignore[attr-defined]
        csrf.exempt(view)
        return guarded(view, f"capability: {why}")

    return mark


def cookie_capability(why: str) -> Callable[[View], View]:
    """The same, where the token stands in a cookie or becomes one. Browsers send cookies by themselves, so such a
    request must prove like any other that it comes from our own page."""
    return lambda view: guarded(view, f"capability: {why}")


def takes(size: int) -> Callable[[View], View]:
    """This view is sent documents: up to `size` bytes at once. Every other takes what a form may hold."""

    def note(view: View) -> View:
        view.takes = size  # type: ignore[attr-defined]
        return view

    return note


class SubPathSession(SecureCookieSessionInterface):
    """The cookie belongs to the path under which this Relais is reached, so that several can share a host."""

    def get_cookie_path(self, app: Flask) -> str:
        return (request.script_root + "/") if request.script_root else "/"

    def get_cookie_name(self, app: Flask) -> str:
        # `__Host-` demands https and the root path (RFC 6265bis); elsewhere the browser would drop the cookie.
        at_home = app.config["SESSION_COOKIE_SECURE"] and not request.script_root
        return "__Host-relais" if at_home else "relais"


def init_app(app: Flask) -> None:
    app.session_interface = SubPathSession()
    app.config.update(
        SESSION_COOKIE_SECURE=app.config["SETTINGS"].production,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # Sec-Fetch-Site and Origin below say the same without needing a Referer.
        MAX_CONTENT_LENGTH=1_000_000,
    )
    app.before_request(refuse_cross_site)
    app.before_request(make_room)  # Before anything reads the form, the forgery check first of all.
    csrf.init_app(app)
    app.after_request(add_headers)


def refuse_cross_site() -> None:
    """An unsafe request from another site is refused before anything is read (ASVS 3.5.1)."""
    if request.method in ("GET", "HEAD", "OPTIONS") or _noted("borrows_nothing"):
        return
    if not same_site(request):
        abort(403)


def make_room() -> None:
    if size := _noted("takes"):
        request.max_content_length = size


def _noted(name: str) -> Any:
    """What a decorator noted on the view that is asked for."""
    return getattr(current_app.view_functions.get(request.endpoint or ""), name, None)


def same_site(incoming: Request) -> bool:
    origin = incoming.headers.get("Origin")
    fetch_site = incoming.headers.get("Sec-Fetch-Site")
    if fetch_site:
        return fetch_site in ("same-origin", "none")
    return origin is None or origin == incoming.host_url.rstrip("/")


def add_headers(response: Response) -> Response:
    settings = current_app.config["SETTINGS"]
    # Only the demonstration shows itself in frames, and only its own.
    framed = "frame-src 'self'; frame-ancestors 'self'" if settings.demo else "frame-ancestors 'none'"
    response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY + framed)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if not settings.demo:
        response.headers.setdefault("X-Frame-Options", "DENY")
    if settings.production:
        response.headers.setdefault("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response
