"""When something goes wrong: one honest page that says what to do, and one log line for us."""

from contextlib import suppress

import structlog
from flask import Flask, Response, current_app, jsonify, request
from flask.globals import request_ctx
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    InterfaceError,
    InternalError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as NoConnection
from werkzeug.exceptions import HTTPException, SecurityError, TooManyRequests

from app.core.db import db
from app.core.htmx import page, wants_part
from app.core.waiting import is_busy
from app.language.phrases import gettext as _
from app.language.phrases import later

log = structlog.get_logger()

WORDS = {
    400: (
        later("Cette demande est illisible"),
        later("Rien n'a été enregistré. Revenez à la page précédente et recommencez."),
    ),
    403: (
        later("Cette page n'est pas pour vous"),
        later("Votre compte n'y a pas accès. Demandez à votre coordinatrice."),
    ),
    404: (later("Page introuvable"), later("Elle n'existe pas, ou elle ne vous est pas destinée.")),
    405: (later("Cette action n'existe pas ici"), later("Revenez à la page précédente.")),
    413: (later("C'est trop lourd"), later("Envoyez un fichier ou un texte plus court.")),
    422: (
        later("Ce qui a été envoyé est illisible"),
        later("Rien n'a été enregistré. Revenez à la page précédente et recommencez."),
    ),
    429: (later("Doucement"), later("Trop d'essais en peu de temps. Attendez une minute, puis recommencez.")),
    500: (
        later("Une erreur de notre côté"),
        later("Rien n'est à moitié enregistré. Réessayez ; si cela presse, téléphonez."),
    ),
    503: (
        later("Relais est momentanément indisponible"),
        later(
            "Vos demandes enregistrées ne sont pas perdues. Si cela presse, téléphonez au service ou au professionnel."
        ),
    ),
}

TOO_MUCH = "54"
"""The class of SQLSTATE for what is longer than a row or an index holds; SQLAlchemy has no error of its own for it."""

OLD_PAGE = (later("La page était trop ancienne"), later("Rechargez-la et recommencez : rien n'a été envoyé."))
BUSY = (
    later("Beaucoup de monde au même instant"),
    later("Rien n'a été enregistré de ce geste. Réessayez dans quelques secondes ; si cela presse, téléphonez."),
)
BUSY_FOR = 2  # seconds: a phone or a proxy that counts them comes back soon, when whoever held a row has gone


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(CSRFError, old_page)
    app.register_error_handler(SecurityError, wrong_host)
    app.register_error_handler(TooManyRequests, too_many)
    app.register_error_handler(DataError, no_data)
    for trouble in (OperationalError, InterfaceError, InternalError, NoConnection):
        app.register_error_handler(trouble, database_away)
    app.register_error_handler(Exception, bug)


def honest_page(status: int, words: tuple[str, str] | None = None, home: str = "") -> Response:
    """A page, or only its words in the place of the part that was asked for; `home`: where its button leads."""
    title, text = words or WORDS.get(status, WORDS[400] if status < 500 else WORDS[500])
    art = "dropped"
    if request_ctx.url_adapter is None:  # Flask reads no address under such a host, and this page has links as any.
        request_ctx.url_adapter = current_app.url_map.bind("localhost", request.script_root)
    home = home or request.script_root + "/"
    return page("errors/page.html", "errors/_page.html", status, title=title, text=text, art=art, home=home)


def http_error(error: HTTPException) -> HTTPException | Response:
    if error.response is not None:  # A redirect or an answer made on purpose.
        return error
    response = honest_page(error.code or 500)
    response.headers.extend((name, value) for name, value in error.get_headers() if name != "Content-Type")
    return response


def old_page(_error: CSRFError) -> Response:
    return honest_page(400, OLD_PAGE)


def wrong_host(_error: SecurityError) -> Response:
    """Asked for under a name that is not ours: a proxy that tells another, or somebody who pretends (RFC 9110 §7.4)."""
    log.info("host_refused", host=request.headers.get("Host", "")[:100])
    here: str = current_app.config["SETTINGS"].base_url
    return honest_page(400, (_("Relais n'est pas à cette adresse"), _("Ouvrez %(here)s.", here=here)), home=here + "/")


def too_many(error: TooManyRequests) -> Response:
    """Wait a moment: as a page, as a line above the page that stays where it is, or as a word for a script."""
    return _later(429, WORDS[429], "slow", error.retry_after or 60)


def _later(status: int, words: tuple[str, str], word: str, seconds: object) -> Response:
    response = _in_its_place(status, words, word)
    response.status_code = status
    response.headers["Retry-After"] = str(seconds)
    return response


def _in_its_place(status: int, words: tuple[str, str], word: str) -> Response:
    if request.is_json:
        return jsonify(error=word)
    if not wants_part():
        return honest_page(status, words)
    response = page("errors/_slow.html", text=words[1])
    response.headers.update({"HX-Retarget": "#flashes", "HX-Reswap": "innerHTML"})
    return response


def no_data(error: DBAPIError) -> Response:
    """The database was given what it cannot keep: the sender's doing, and worth a look of ours."""
    log.warning("data_refused", endpoint=request.endpoint, sqlstate=getattr(error.orig, "sqlstate", None))
    let_go()
    return honest_page(422)


def database_away(error: DBAPIError | NoConnection) -> Response:
    """The database did not answer, or not in time: say so, and say to call. Nothing was written."""
    cause = getattr(error, "orig", None) or error
    if isinstance(error, DBAPIError) and str(getattr(cause, "sqlstate", "")).startswith(TOO_MUCH):
        return no_data(error)
    let_go()
    if is_busy(error):
        log.warning("database_busy", path=request.endpoint, error=type(cause).__name__)
        return _later(503, BUSY, "busy", BUSY_FOR)
    if isinstance(error, InternalError):
        return bug(error)
    log.error("database_away", path=request.endpoint, error=type(cause).__name__)
    return honest_page(503)


def bug(error: Exception) -> Response:
    log.error("bug", endpoint=request.endpoint, exc_info=error)
    let_go()
    return honest_page(500)


def let_go() -> None:
    """Give back what the failed request held. A connection that died meanwhile must not cost its page as well."""
    with suppress(SQLAlchemyError):
        db.session.rollback()
