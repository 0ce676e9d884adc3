"""`/demo/as/<persona>/…`: the whole app under that prefix, signed in as that person."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Request
from sqlalchemy import select
from werkzeug.utils import redirect

from app.accounts.models import Account
from app.core.db import db
from app.demo.people import SLUGS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PERSONA = "relais.persona"
"""Key in the WSGI environment; no header can set it."""

PREFIX = re.compile(r"^/demo/as/([a-z0-9-]+)(/.*)?$")


class PersonaMount:
    """WSGI middleware: moves the prefix to SCRIPT_NAME, as a reverse proxy does that hosts Relais under a path."""

    def __init__(self, wsgi_app: "WSGIApplication") -> None:
        self.wsgi_app = wsgi_app

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        match = PREFIX.match(environ.get("PATH_INFO", ""))
        if not match or match[1] not in SLUGS:
            return self.wsgi_app(environ, start_response)
        prefix = f"{environ.get('SCRIPT_NAME', '')}/demo/as/{match[1]}"
        if match[2] is None:
            return redirect(f"{prefix}/", 308)(environ, start_response)
        mounted = {**environ, "SCRIPT_NAME": prefix, "PATH_INFO": match[2], PERSONA: match[1]}
        return self.wsgi_app(mounted, start_response)


def account_of(request: Request) -> Account | None:
    """Flask-Login's request loader: whoever the URL says one is."""
    slug = request.environ.get(PERSONA)
    return db.session.scalar(select(Account).where(Account.persona == slug, Account.active)) if slug else None
