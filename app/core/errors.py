"""When something goes wrong: one honest page that says what to do, and one log line for us."""

import structlog
from flask import Flask, Response, jsonify, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from werkzeug.exceptions import HTTPException, TooManyRequests

from app.core.db import db
from app.core.htmx import page

log = structlog.get_logger()

WORDS = {
    400: ("La page était trop ancienne", "Rechargez-la et recommencez\u00a0: rien n'a été envoyé."),
    403: ("Cette page n'est pas pour vous", "Votre compte n'y a pas accès. Demandez à votre coordinatrice."),
    404: ("Page introuvable", "Elle n'existe pas, ou elle ne vous est pas destinée."),
    405: ("Cette action n'existe pas ici", "Revenez à la page précédente."),
    413: ("C'est trop lourd", "Envoyez un fichier ou un texte plus court."),
    429: ("Doucement", "Trop d'essais en peu de temps. Attendez une minute, puis recommencez."),
    500: (
        "Une erreur de notre côté",
        "Rien n'est à moitié enregistré. Réessayez\u00a0; si cela presse, téléphonez.",
    ),
    503: (
        "Relais est momentanément indisponible",
        "Vos demandes enregistrées ne sont pas perdues. Si cela presse, téléphonez au service ou au professionnel.",
    ),
}


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(CSRFError, http_error)
    app.register_error_handler(TooManyRequests, too_many)
    app.register_error_handler(OperationalError, database_away)
    app.register_error_handler(InterfaceError, database_away)
    app.register_error_handler(Exception, bug)


def honest_page(status: int) -> Response:
    """A page, or only its words in the place of the part that was asked for."""
    title, text = WORDS.get(status, WORDS[400] if status < 500 else WORDS[500])
    art = "offline" if status >= 500 else "lost"
    return page("errors/page.html", "errors/_page.html", status, title=title, text=text, art=art)


def http_error(error: HTTPException) -> HTTPException | Response:
    if error.response is not None:  # A redirect or an answer made on purpose.
        return error
    return honest_page(error.code or 500)


def too_many(error: TooManyRequests) -> Response:
    """Wait a moment: as a page, as a line above the page that stays where it is, or as a word for a script."""
    response = _slow_down()
    response.status_code = 429
    response.headers["Retry-After"] = str(error.retry_after or 60)
    return response


def _slow_down() -> Response:
    if request.is_json:
        return jsonify(error="slow")
    if "HX-Request" not in request.headers:
        return honest_page(429)
    response = page("errors/_slow.html", text=WORDS[429][1])
    response.headers.update({"HX-Retarget": "#flashes", "HX-Reswap": "innerHTML"})
    return response


def database_away(error: DBAPIError) -> Response:
    """The database did not answer: say so, and say to call. Nothing was written."""
    log.error("database_away", path=request.endpoint, error=type(error.orig).__name__)
    db.session.rollback()
    return honest_page(503)


def bug(error: Exception) -> Response:
    log.error("bug", endpoint=request.endpoint, exc_info=error)
    db.session.rollback()
    return honest_page(500)
