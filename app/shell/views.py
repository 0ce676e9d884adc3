"""The front door, and what makes a web page an app: manifest, service worker at the root of its scope, offline page."""

import hashlib
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    render_template,
    request,
    send_file,
    send_from_directory,
    url_for,
)
from flask_login import current_user

from app.accounts import shared
from app.accounts.guards import me
from app.core.htmx import see_other
from app.core.security import public
from app.core.ways import way
from app.shell.navigation import entries

bp = Blueprint("shell", __name__)


@bp.get("/")
@public("it only shows the way")
def home() -> Response:
    """Everyone is taken to the screen they work on."""
    if not current_user.is_authenticated:
        return see_other(url_for("tablets.locked") if shared.mark() else way("front-door"))
    mine = entries(me())
    return see_other(url_for(mine[0].endpoint)) if mine else abort(403)


@bp.get("/manifest.webmanifest")
@public("the browser fetches it without credentials")
def manifest() -> Response:
    root = Path(current_app.root_path).parent
    return send_from_directory(root, "manifest.webmanifest", mimetype="application/manifest+json", max_age=3600)


@bp.get("/service-worker.js")
@public("a browser updates its worker whether or not someone is signed in")
def service_worker() -> Response:
    """The worker lives at the top of its scope; its text changes with the assets, which is how browsers update it."""
    current_user.is_authenticated  # noqa: B018 -- whoever it is, her language is heard
    scripts = [asset(path) for path in WORKER]
    body = render_template("shell/service-worker.js", version=assets_version(), shell=shell_urls(), scripts=scripts)
    response = Response(body, mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()  # Browsers ask after each navigation: most often the answer is that nothing changed.
    response.make_conditional(request)
    return response


@bp.get("/offline")
@public("kept by the phone for when there is no network")
def offline() -> Response:
    response = Response(render_template("shell/offline.html"))
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.get("/install")
@public("how to install says nothing about anybody")
def install() -> Response:
    return Response(render_template("shell/install.html"))


STYLES = (
    *(
        "tokens",
        "base",
        "layout",
        "shell",
        "button",
        "card",
        "offer",
        "request",
        "list",
        "patient",
        "form",
        "documents",
        "talk",
        "notice",
        "plans",
    ),
    *("widths", "pages", "passages", "liaison", "life", "agenda", "funding", "desk", "board", "print"),
)
JOINED = {
    "joined/relais.css": tuple(f"css/{name}.css" for name in STYLES),
    "joined/page.js": ("vendor/hx-sse-4.0.1.min.js", "js/still.js", "js/ring.js", "js/live.js", "js/app.js"),
    "joined/answers.js": ("js/outbox.js", "js/taps.js", "js/detour.js", "js/install.js", "js/talk.js"),
}
"""What one kind of page needs together, in this order: files here, one request on a slow network."""


@bp.get("/static/joined/relais.css")
@bp.get("/static/joined/page.js")
@bp.get("/static/joined/answers.js")
@public("scripts and styles say nothing about anybody")
def joined() -> Response:
    path = request.path.removeprefix(f"{current_app.static_url_path}/")
    return send_file(
        BytesIO(_content(path)),
        mimetype="text/css" if path.endswith(".css") else "text/javascript",
        etag=_checksum(path),
    )


def preload_style(response: Response) -> Response:
    """The style sheet is asked for before the first byte of a page is read. A patient's page has its own."""
    patients = request.blueprint == "patient_space"
    if response.mimetype == "text/html" and not request.headers.get("HX-Request") and not patients:
        response.headers.add("Link", f"<{asset('joined/relais.css')}>; rel=preload; as=style")
    return response


def asset(path: str) -> str:
    """The URL of a static file, with its checksum, so that phones may keep it for a year."""
    return request.script_root + _address(path)


def shell_urls() -> list[str]:
    """What a phone needs to open offline: the offline page and the assets every page uses."""
    assets = [asset(path) for path in SHELL]
    return [url_for("shell.offline"), *assets]


SHELL = (
    "joined/relais.css",
    "icons/lucide.svg",
    "vendor/htmx-4.0.1.min.js",
    "joined/page.js",
    "joined/answers.js",
    "js/push.js",
    "icons/favicon.svg",
)


WORKER = ("js/outbox.js", "js/worker-pages.js", "js/worker-alerts.js")
"""The service worker's parts; a changed one has another URL, so the worker's own text changes with it."""


def assets_version() -> str:
    return hashlib.sha256("".join(_checksum(path) for path in SHELL).encode()).hexdigest()[:12]


@lru_cache(maxsize=256)
def _address(path: str) -> str:
    return f"{current_app.static_url_path}/{path}?v={_checksum(path)}"


@lru_cache(maxsize=256)
def _checksum(path: str) -> str:
    return hashlib.sha256(_content(path)).hexdigest()[:10]


@lru_cache(maxsize=len(JOINED))
def _content(path: str) -> bytes:
    static = Path(__file__).parents[1] / "static"
    return b"\n".join((static / part).read_bytes() for part in JOINED.get(path, (path,)))
