"""What the chaos of the outbox needs: messages owed to many phones, workers that are killed, and the count after."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from flask import Flask
from sqlalchemy import func, select

from app import clock
from app.core.db import db, transaction
from app.messages.actions import alert
from app.push.models import Message, MessageState
from tests.push.house import NOTICE, new_phone
from tests.services.push_service import FakePushService

SLOW = 0.1
"""Seconds that a phone's push service takes, so that a worker is killed with messages on their way."""


@dataclass(frozen=True)
class Count:
    owed: int
    states: dict[MessageState, int]
    arrived: int
    duplicates: int
    odd_twins: int  # arrived twice and would show twice: another topic or another tag
    kills: int

    @property
    def nothing_lost(self) -> bool:
        return self.arrived == self.owed and self.states == {MessageState.SENT: self.owed} and not self.odd_twins


def survive(
    app: Flask, service: FakePushService, *, phones: int, alerts: int, kills: int, within: float, rest: float
) -> Count:
    """Owe `alerts` messages to each of `phones`, kill up to `kills` workers in mid-sending within so many seconds,
    and leave the last one `rest` seconds to finish."""
    owe(service, phones, alerts)
    workers = Workers(app)
    try:
        workers.wait_for_the_next()
        ends = time.monotonic() + within
        while workers.kills < kills and time.monotonic() < ends and left():
            time.sleep(random.uniform(0.1, 0.8))
            workers.kill()
            workers.wait_for_the_next()
        ends = time.monotonic() + rest
        while left() and time.monotonic() < ends:
            time.sleep(0.2)
    finally:
        workers.close()
    return counted(service, phones * alerts, workers.kills)


def owe(service: FakePushService, phones: int, alerts: int) -> None:
    now = clock.now()
    people = [new_phone(service) for _ in range(phones)]
    for phone in people:
        phone.device.answers(slow=SLOW)
    with transaction():
        for _ in range(alerts):
            for phone in people:
                alert(phone.account_id, uuid4(), "offer", NOTICE, now=now, expires_at=now + timedelta(hours=1))


class Workers:
    """One worker process at a time, followed by another each time it is killed."""

    def __init__(self, app: Flask) -> None:
        settings = app.config["SETTINGS"]
        environment = os.environ | {
            "RELAIS_DATABASE_URL": settings.database_url,
            "RELAIS_DATA": str(settings.data_dir),
            "RELAIS_SECRET_KEY": settings.secret_key,
            "RELAIS_PUSH_HOSTS": " ".join(settings.push_hosts),
        }
        command = [sys.executable, "-m", "tests.chaos.push_worker"]
        self._nursery = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        self._alive = 0
        self.kills = 0

    def wait_for_the_next(self) -> None:
        assert self._nursery.stdout is not None
        self._alive = int(self._nursery.stdout.readline())

    def kill(self) -> None:
        os.kill(self._alive, signal.SIGKILL)
        self.kills += 1

    def close(self) -> None:
        """The last worker ends by itself when its nursery is gone."""
        self._nursery.kill()
        self._nursery.communicate()


def states() -> dict[MessageState, int]:
    db.session.rollback()
    counted = select(Message.state, func.count()).group_by(Message.state)
    return dict(db.session.execute(counted).all())


def left() -> int:
    return sum(number for state, number in states().items() if state is not MessageState.SENT)


def counted(service: FakePushService, owed: int, kills: int) -> Count:
    arrived: Counter[str] = Counter()
    looks: dict[str, set[tuple[str | None, str]]] = {}
    for message in (one for device in service.devices for one in device.messages):
        receipt = message.json["receipt"]["path"]
        arrived[receipt] += 1
        looks.setdefault(receipt, set()).add((message.topic, message.json["notification"]["tag"]))
    odd = sum(len(look) > 1 for look in looks.values())
    return Count(owed, states(), len(arrived), arrived.total() - len(arrived), odd, kills)
