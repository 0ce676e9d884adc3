"""A house that mails through a server of its own, people to invite, and a mail server that can misbehave."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.core.db import db
from tests.accounts.conftest import practice  # noqa: F401 -- a place to be invited to
from tests.conftest import close_engines, settings_for
from tests.services.mail_server import FakeMailServer


@pytest.fixture
def server() -> Iterator[FakeMailServer]:
    service = FakeMailServer()
    yield service
    service.close()


@pytest.fixture
def app(engine_url: str, tmp_path: Path, now: datetime, server: FakeMailServer) -> Iterator[Flask]:
    app = create_app(settings_for(engine_url, tmp_path, RELAIS_SMTP_URL=server.url, RELAIS_MAIL_FROM="relais@chu.fr"))
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, LIMITS_HOLD=False)
    with app.app_context():
        yield app
        db.session.remove()
        close_engines()
