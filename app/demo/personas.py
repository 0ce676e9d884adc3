"""`/demo/as/<persona>/…`: the whole app under that prefix, signed in as that person."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Request
from sqlalchemy import select
from werkzeug.utils import redirect

from app.accounts.models import Account
from app.core.db import db

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PERSONA = "relais.persona"
"""Key in the WSGI environment; no header can set it."""

PREFIX = re.compile(r"^/demo/as/([a-z0-9-]+)(/.*)?$")


@dataclass(frozen=True)
class Persona:
    """`device` is the frame that suits the person (phone, tablet), `opens` the screen to begin with."""

    slug: str
    does: str
    device: str
    opens: str


PERSONAS = (
    Persona("orientation-nurse", "Infirmière d'orientation, urgences", "tablet", "requests"),
    Persona("senior-doctor", "Médecin senior des urgences", "phone", "decisions"),
    Persona("ward", "Cadre de santé, médecine polyvalente", "tablet", "requests"),
    Persona("maternity", "Sage-femme de la maternité", "tablet", "requests"),
    Persona("clinic-ward", "Cadre de santé, Clinique des Tilleuls", "tablet", "inbox"),
    Persona("equipment", "Prestataire de matériel médical", "phone", "inbox"),
    Persona("home-help", "Service d'aide à domicile", "phone", "inbox"),
    Persona("coordinator", "Coordinatrice de la CPTS", "tablet", "board"),
    Persona("case-manager", "Assistante sociale de l'hôpital", "tablet", "requests"),
    Persona("admin", "Administrateur", "tablet", ""),
    Persona("nurse", "Infirmière, Évry-Courcouronnes", "phone", "inbox"),
    Persona("nurse-2", "Infirmier, Évry-Courcouronnes", "phone", "inbox"),
    Persona("nurse-3", "Infirmière, Évry-Courcouronnes", "phone", "inbox"),
    Persona("nurse-4", "Infirmière, Corbeil-Essonnes", "phone", "inbox"),
    Persona("nurse-5", "Infirmier, Ris-Orangis", "phone", "inbox"),
    Persona("nurse-6", "Infirmière, Massy", "phone", "inbox"),
    Persona("nurse-7", "Infirmier, Arpajon", "phone", "inbox"),
    Persona("nurse-8", "Infirmière, Étampes", "phone", "inbox"),
    Persona("midwife", "Sage-femme libérale, Évry-Courcouronnes", "phone", "inbox"),
    Persona("doctor", "Médecin généraliste, Évry-Courcouronnes", "phone", "inbox"),
    Persona("doctor-2", "Médecin généraliste, Évry-Courcouronnes", "phone", "inbox"),
    Persona("physio", "Kinésithérapeute, Évry-Courcouronnes", "phone", "inbox"),
)
SLUGS = frozenset(persona.slug for persona in PERSONAS)


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
