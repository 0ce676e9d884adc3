"""These tests ask as pages do, with the token of the page."""

import pytest
from flask import Flask, g

from app.core.security import csrf
from tests.factories.town import Town
from tests.tablets.ward import Ward, enrolled


@pytest.fixture
def app(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    app.config["WTF_CSRF_ENABLED"] = True
    monkeypatch.setattr(csrf, "protect", lambda **_: setattr(g, "csrf_valid", True))
    return app


@pytest.fixture
def ward(town: Town) -> Ward:
    """The emergency department, whose tablet an administrator has just enrolled."""
    return enrolled(town)
