"""The schema: what the models say is what the migrations make, and every migration can be undone and redone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect

from app import create_app
from app.core.db import Model, db
from tests.conftest import close_engines, settings_for

pytestmark = pytest.mark.long

MIGRATIONS = str(Path(__file__).parents[2] / "migrations")


@pytest.fixture
def empty(blank_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The app over a database without a single table."""
    app = create_app(settings_for(blank_url, tmp_path))
    with app.app_context():
        yield app
        db.session.remove()
        close_engines()


def test_up_down_up(empty: Flask) -> None:
    upgrade(MIGRATIONS)
    downgrade(MIGRATIONS, "base")
    assert inspect(db.engine).get_table_names() == ["alembic_version"]
    upgrade(MIGRATIONS)
    assert set(inspect(db.engine).get_table_names()) == {*Model.metadata.tables, "alembic_version"}


def test_models_equal_the_migrated_schema(empty: Flask) -> None:
    upgrade(MIGRATIONS)
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Model.metadata) == []
