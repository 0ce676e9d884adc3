"""The demonstration, loaded once per engine: nothing in it depends on who looked at it before."""

import socket
from collections.abc import Iterator
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.core import clock
from app.core.db import Model, db, transaction
from app.demo import territory
from tests.conftest import A_TUESDAY, settings_for


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def loaded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("demo")
    url = f"sqlite:///{folder / 'relais.sqlite3'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres").create_database()
    app = create_app(settings_for(url, folder, RELAIS_DEMO="1", PORT=str(free_port())))
    app.config["TESTING"] = True
    clock.stop_at(A_TUESDAY)
    with app.app_context():
        Model.metadata.create_all(db.engine)
        with transaction():
            assert territory.load(A_TUESDAY)
    clock.stop_at(None)
    yield app
    with app.app_context():
        db.engine.dispose()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def app(loaded: Flask, now: datetime) -> Flask:
    """No context is pushed: who is signed in is kept there, and here one client is several people."""
    return loaded


@pytest.fixture
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield
        db.session.remove()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
