"""One nurse, and the telephone of a patient."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import clock
from app.appointments.models import Appointment
from app.appointments.queries import of_request
from app.core.db import db
from tests.factories.links import link_token
from tests.factories.town import Nurse, Town


@pytest.fixture
def town(app: Flask, town: Town) -> Town:
    app.config["WTF_CSRF_ENABLED"] = False
    return town


@pytest.fixture
def nurse(town: Town) -> Nurse:
    return town.nurse("Claire")


@dataclass
class PatientPhone:
    """Nobody is signed in on it; each request has a context of its own, as in production."""

    app: Flask
    browser: FlaskClient

    def ask(self, method: str, url: str, data: dict[str, str] | None = None) -> TestResponse:
        with self.app.app_context():
            return self.browser.open(url, method=method, data=data)

    def get(self, url: str) -> TestResponse:
        return self.ask("GET", url)

    def head(self, url: str) -> TestResponse:
        return self.ask("HEAD", url)

    def post(self, url: str, data: dict[str, str]) -> TestResponse:
        return self.ask("POST", url, data)


@pytest.fixture
def phone(app: Flask) -> PatientPhone:
    return PatientPhone(app, app.test_client())


SECRETS = ("Marchand", "MARCHAND", "Monique", "Tilleuls", "39980100", "nfirmi", "Soins", "soins", "Digicode")


def visit(nurse: Nurse) -> Appointment:
    db.session.rollback()
    appointment = of_request(nurse.offer().request_id)
    assert appointment is not None
    return appointment


@pytest.fixture
def link(town: Town, nurse: Nurse) -> str:
    """What was handed to the patient of a request that Claire accepted."""
    town.asks(note="Digicode 1234B")
    town.time_passes()
    assert nurse.accepts() == 200
    return f"/p/{link_token(visit(nurse))}"


def proposes(nurse: Nurse, *, hours: float = 1, mode: str = "home") -> None:
    said = {"slot": (clock.now() + timedelta(hours=hours)).isoformat(), "mode": mode}
    assert nurse.post(f"/offers/{nurse.offer().id}/appointment", said).status_code == 303
