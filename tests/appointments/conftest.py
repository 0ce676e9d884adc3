"""One nurse, and the telephone of a patient."""

from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.factories.town import Nurse, Town


@pytest.fixture
def town(app: Flask) -> Town:
    app.config["WTF_CSRF_ENABLED"] = False
    return Town(app)


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
