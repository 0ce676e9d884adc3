"""These tests ask as pages do, with the token of the page."""

import pytest
from flask import Flask, g

from app.core.security import csrf


@pytest.fixture
def app(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    app.config["WTF_CSRF_ENABLED"] = True
    monkeypatch.setattr(csrf, "protect", lambda **_: setattr(g, "csrf_valid", True))
    return app
