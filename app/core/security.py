"""What every answer carries and every unsafe request must prove, whoever asks."""

from collections.abc import Callable
from typing import TypeVar

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

    Such a request carries no cookie's authority, so there is nothing for a forged one to borrow.
    """
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
    if request.method not in ("GET", "HEAD", "OPTIONS") and not same_site(request):
        abort(403)


def make_room() -> None:
    if size := getattr(current_app.view_functions.get(request.endpoint or ""), "takes", None):
        request.max_content_length = size


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
