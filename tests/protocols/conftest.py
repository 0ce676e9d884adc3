import pytest
from flask import Flask

from tests.factories.town import Town


@pytest.fixture
def town(app: Flask) -> Town:
    app.config["WTF_CSRF_ENABLED"] = False
    return Town(app)
