"""A town whose professionals may come in by Pro Santé Connect. Its clock cannot be moved: ours follows it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app import clock, create_app
from app.core.db import db
from tests.accounts.authenticator import Authenticator
from tests.accounts.visitor import Visitor
from tests.conftest import close_engines, settings_for
from tests.factories.town import Person
from tests.services.pro_sante import ProSante
from tests.services.pro_sante.meddler import Meddler

SECRET = "a secret of the tests"


@pytest.fixture
def now() -> Iterator[datetime]:
    moment = datetime.now(UTC)
    clock.stop_at(moment)
    yield moment
    clock.stop_at(None)


@pytest.fixture
def meddler(pro_sante: ProSante) -> Iterator[Meddler]:
    between = Meddler(pro_sante)
    yield between
    between.close()


@pytest.fixture
def psc(pro_sante: ProSante, meddler: Meddler) -> dict[str, str]:
    """The settings; tests may change them before they ask for `app`."""
    return {
        "RELAIS_PSC_ISSUER": pro_sante.issuer,
        "RELAIS_PSC_DISCOVERY": f"{meddler.origin}/description",
        "RELAIS_PSC_CLIENT_ID": "relais-basic",
        "RELAIS_PSC_CLIENT_SECRET": SECRET,
    }


@pytest.fixture
def app(engine_url: str, tmp_path: Path, now: datetime, psc: dict[str, str]) -> Iterator[Flask]:
    app = create_app(settings_for(engine_url, tmp_path, **psc))
    app.config.update(LIMITS_HOLD=False)
    with app.app_context():
        yield app
        db.session.remove()
        close_engines()


@pytest.fixture
def visitor(app: Flask) -> Callable[..., Visitor]:
    return lambda **device: Visitor(app, Authenticator(**device))


def browser_of(person: Person) -> Visitor:
    """The same signed-in browser, which sends the tokens of its pages."""
    someone = Visitor(person.town.app)
    with person.client.session_transaction() as signed_in, someone.browser.session_transaction() as session:
        session.update(signed_in)
    return someone


def userinfo(rpps: str, *professions: str, **more: object) -> dict[str, Any]:
    """What the real one says of a professional (FACTS 4.1): empty strings, and one `exercice` for each profession."""
    exercices = [
        {
            "codeProfession": code,
            "codeCategorieProfessionnelle": "C",
            "nomDexercice": "DUPRÉ",
            "codeTypeSavoirFaire": "",
            "codeSavoirFaire": "",
            "activities": [
                {
                    "codeModeExercice": "L",
                    "codeSecteurDactivite": "SA07",
                    "codePostal": "91000",
                    "numeroFinessSite": "",
                }
            ],
        }
        for code in professions
    ]
    return {
        "SubjectNameID": f"8{rpps}",
        "preferred_username": f"8{rpps}",
        "given_name": "Maya",
        "family_name": "DUPRÉ",
        "codeCivilite": "MME",
        "SubjectRole": ["60^1.2.250.1.213.1.1.5.5"],
        "Secteur_Activite": "SA07^1.2.250.1.71.4.2.4",
        "SubjectOrganization": "",
        "SubjectOrganizationID": "",
        "otherIds": [{"identifiant": f"8{rpps}", "origine": "RPPS", "qualite": 1}],
        "SubjectRefPro": {"exercices": exercices},
        **more,
    }
