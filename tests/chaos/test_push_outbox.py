"""Workers are killed while they send: nothing is lost, and what arrives twice shows once."""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core import clock
from app.core.db import Model, db, transaction
from app.push.actions import alert
from app.push.models import Message, MessageState
from tests.conftest import settings_for
from tests.push.house import NOTICE, Phone, new_phone, one_room
from tests.services.push_service import FakePushService

PHONES, ALERTS = 30, 10
OWED = PHONES * ALERTS
KILLS = 5
# Seconds. A machine with other work to do starts fewer workers in the time.
KILLS_FOR, FINISH_WITHIN = 15.0, 20.0


@pytest.fixture
def app(engine_url: str, tmp_path: Path) -> Iterator[Flask]:
    app = one_room(settings_for(engine_url, tmp_path))
    with app.app_context():
        Model.metadata.create_all(db.engine)
        yield app
        db.session.remove()
        db.engine.dispose()


class Worker:
    """One worker process at a time, replaced each time it is killed."""

    def __init__(self, app: Flask) -> None:
        settings = app.config["SETTINGS"]
        self._environment = os.environ | {
            "RELAIS_DATABASE_URL": settings.database_url,
            "RELAIS_DATA": str(settings.data_dir),
            "RELAIS_SECRET_KEY": settings.secret_key,
            "RELAIS_PUSH_HOSTS": " ".join(settings.push_hosts),
        }
        self._spare = self._start()
        self._current = self._start()
        self.kills = 0

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.push_worker"],
            env=self._environment,
            stdout=subprocess.PIPE,
            text=True,
        )

    def wait_until_ready(self) -> None:
        assert self._current.stdout is not None
        assert self._current.stdout.readline() == "ready\n"

    def die(self) -> None:
        end(self._current)
        self.kills += 1
        self._current, self._spare = self._spare, self._start()

    def close(self) -> None:
        for process in (self._current, self._spare):
            end(process)


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def test_no_message_is_lost_when_workers_are_killed(app: Flask, push_service: FakePushService) -> None:
    owe_everything(push_service)
    worker = Worker(app)
    try:
        deadline = time.monotonic() + KILLS_FOR
        while worker.kills < KILLS and time.monotonic() < deadline and left() > 0:
            worker.wait_until_ready()
            time.sleep(random.uniform(0.05, 0.4))
            worker.die()
        wait_for_the_end(FINISH_WITHIN)
    finally:
        worker.close()
    arrived = Counter(receipt(message) for message in messages(push_service))
    assert worker.kills > 1
    assert len(arrived) == OWED
    assert states() == {MessageState.SENT: OWED}
    assert_twins_look_alike(push_service)
    print(f"{app.config['SETTINGS'].database_url[:6]}: {worker.kills} kills, {arrived.total() - OWED} duplicates")


def owe_everything(service: FakePushService) -> None:
    clock_now = clock.now()
    phones: list[Phone] = [new_phone(service) for _ in range(PHONES)]
    for phone in phones:
        phone.device.answers(slow=0.1)
    with transaction():
        for _ in range(ALERTS):
            for phone in phones:
                alert(
                    phone.account_id,
                    uuid4(),
                    "offer",
                    NOTICE,
                    now=clock_now,
                    expires_at=clock_now + timedelta(hours=1),
                )


def states() -> dict[MessageState, int]:
    db.session.rollback()
    counted = select(Message.state, func.count()).group_by(Message.state)
    return dict(db.session.execute(counted).all())


def left() -> int:
    return sum(number for state, number in states().items() if state is not MessageState.SENT)


def wait_for_the_end(seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while left() and time.monotonic() < deadline:
        time.sleep(0.1)


def messages(service: FakePushService) -> list[dict]:
    return [message.json | {"topic": message.topic} for one in service.devices for message in one.messages]


def receipt(message: dict) -> str:
    return message["receipt"]["path"]


def assert_twins_look_alike(service: FakePushService) -> None:
    looks: dict[str, set[tuple[str, str]]] = {}
    for message in messages(service):
        looks.setdefault(receipt(message), set()).add((message["topic"], message["notification"]["tag"]))
    assert all(len(look) == 1 for look in looks.values())
