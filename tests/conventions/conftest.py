"""The whole house, of which the conventions read routes and templates."""

import pytest
from flask import Flask

from app import create_app
from tests.conftest import settings_for


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder = tmp_path_factory.mktemp("house")
    return create_app(settings_for(f"sqlite:///{folder / 'relais.sqlite3'}", folder, RELAIS_DEMO="1"))
