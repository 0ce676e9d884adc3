"""These tests ask as pages do: with the token of the page, which is what the pages' own forms are drawn with."""

import pytest
from flask import Flask, g

from app.core.security import csrf


@pytest.fixture
def app(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """Forms carry their token, and every token is right; `tests/conventions/test_routes.py` asks without one."""
    app.config["WTF_CSRF_ENABLED"] = True
    monkeypatch.setattr(csrf, "protect", lambda **_: setattr(g, "csrf_valid", True))
    return app
