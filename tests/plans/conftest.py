"""A team around Monique."""

import pytest
from flask import Flask

from tests.factories.town import Town
from tests.plans.care import Team, team


@pytest.fixture
def town(app: Flask, town: Town) -> Town:
    app.config["WTF_CSRF_ENABLED"] = False
    return town


@pytest.fixture
def care(town: Town) -> Team:
    return team(town)
