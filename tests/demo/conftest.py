"""Tests of the demonstration as everybody finds it: nothing in it depends on who looked at it before."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.db import db


@pytest.fixture
def app(demonstration: Flask, now: datetime) -> Flask:
    """No context is pushed: who is signed in is kept there, and here one client is several people."""
    return demonstration


@pytest.fixture
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield
        db.session.remove()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
