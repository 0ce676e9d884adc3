"""One nurse in a small town."""

import pytest
from flask import Flask

from tests.factories.town import Nurse, Town


@pytest.fixture
def town(app: Flask) -> Town:
    app.config["WTF_CSRF_ENABLED"] = False
    return Town(app)


@pytest.fixture
def nurse(town: Town) -> Nurse:
    return town.nurse("Claire")
