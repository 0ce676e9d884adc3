"""The house under test: the same tests on SQLite and on PostgreSQL, with a clock that tests move by hand."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.config import Settings, read_settings
from app.core import clock
from app.core.db import Model, db
from app.push.vapid import public_key
from tests.factories.town import Town
from tests.services.postgres import PostgresServer
from tests.services.push_service import FakePushService

pytest_plugins = ["tests.services.fixtures"]

A_TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def settings_for(database_url: str, data_dir: Path, **more: str) -> Settings:
    return read_settings(
        {
            "RELAIS_DATABASE_URL": database_url,
            "RELAIS_DATA": str(data_dir),
            "RELAIS_SECRET_KEY": "a secret long enough for the tests only",
            "RELAIS_PUSH_HOSTS": "http://127.0.0.1",
            **more,
        }
    )


@pytest.fixture(params=["sqlite", "postgresql"])
def engine_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh database address on each engine in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'relais.sqlite3'}"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.create_database()


@pytest.fixture
def app(engine_url: str, tmp_path: Path, now: datetime) -> Iterator[Flask]:
    app = create_app(settings_for(engine_url, tmp_path))
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    with app.app_context():
        Model.metadata.create_all(db.engine)
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def push_vendor(now: datetime) -> Iterator[FakePushService]:
    """The browsers' push service, on the same hand-moved clock."""
    service = FakePushService(now=lambda: clock.now().timestamp())
    yield service
    service.close()


@pytest.fixture
def town(app: Flask, push_vendor: FakePushService) -> Town:
    """A hospital, a coordinator and the communes around; tests add the professionals."""
    push_vendor.expected_key = public_key()
    return Town(app, push_vendor)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def now() -> Iterator[datetime]:
    """The clock stands at a Tuesday, 10:00 in Paris, until a test moves it."""
    clock.stop_at(A_TUESDAY)
    yield A_TUESDAY
    clock.stop_at(None)
