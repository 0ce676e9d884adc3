"""Workers are killed while they send: nothing is lost, and what arrives twice shows once.

The same with 10,000 messages and 200 deaths is `python -m tests.chaos.push_at_scale`.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.core.db import Model, db
from tests.chaos.push_lives import survive
from tests.conftest import close_engines, settings_for
from tests.push.house import one_room
from tests.services.push_service import FakePushService


@pytest.fixture
def app(engine_url: str, tmp_path: Path) -> Iterator[Flask]:
    app = one_room(settings_for(engine_url, tmp_path))
    with app.app_context():
        Model.metadata.create_all(db.engine)
        yield app
        db.session.remove()
        close_engines()


def test_no_message_is_lost_when_workers_are_killed(app: Flask, push_service: FakePushService) -> None:
    # Seconds: a machine with other work to do kills fewer workers in the time.
    count = survive(app, push_service, phones=20, alerts=5, kills=3, within=4, rest=20)
    assert count.kills > 1
    assert count.nothing_lost, count
