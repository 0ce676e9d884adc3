"""The push room on both engines, beside a push service that reads the test's clock."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask

from app import clock
from app.core.db import Model, db
from app.push import transport
from tests.conftest import close_engines, settings_for
from tests.push.house import Phone, new_phone, one_room
from tests.services.push_service import FakePushService


@pytest.fixture
def push_service(now: datetime) -> Iterator[FakePushService]:
    service = FakePushService(now=lambda: clock.now().timestamp())
    yield service
    service.close()


@pytest.fixture
def app(engine_url: str, tmp_path: Path, now: datetime) -> Iterator[Flask]:
    app = one_room(settings_for(engine_url, tmp_path))
    with app.app_context():
        Model.metadata.create_all(db.engine)
        yield app
        db.session.remove()
        close_engines()


@pytest.fixture
def phone(app: Flask, push_service: FakePushService) -> Phone:
    return new_phone(push_service)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "CALL_TIMEOUT", 0.3)
