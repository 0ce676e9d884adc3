"""One watcher wakes every hand of a worker: a commit is never waited for, however long the beats between two looks."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from flask import Flask
from sqlalchemy import Select, null, select, text
from structlog.testing import capture_logs

from app import worker
from app.core.db import db, transaction
from app.jobs import heartbeats
from app.jobs.timers import Timer
from app.live.actions import changed
from app.schedule import TIMERS

NEVER = 3600.0  # seconds of rest: only a commit wakes these hands
HANDS = 5


def nothing_due(_now: datetime) -> Select[Any]:
    return select(null())


class Looks:
    """A timer with nothing to do, which counts how often it was asked."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, _now: datetime) -> int:
        self.number += 1
        return 0


@contextmanager
def working(app: Flask, looks: list[Looks]) -> Iterator[None]:
    bell, stop = worker.Bell(), threading.Event()
    timers = [Timer(f"t{number}", run, nothing_due, rest=NEVER) for number, run in enumerate(looks)]
    hands = [threading.Thread(target=worker.work, args=(app, timer, bell, stop)) for timer in timers]
    hands.append(threading.Thread(target=worker.watch, args=(app, bell, stop)))
    for hand in hands:
        hand.start()
    yield
    stop.set()
    for hand in hands:
        hand.join()


def wait_until(true: Callable[[], bool]) -> None:
    ends = time.monotonic() + 60
    while not true():
        assert time.monotonic() < ends, "it never came to that"
        time.sleep(0.005)


def test_one_commit_wakes_every_hand_and_one_connection_listens_for_all(app: Flask) -> None:
    looks = [Looks() for _ in range(HANDS)]
    with working(app, looks):
        wait_until(lambda: all(look.number >= 2 for look in looks))  # At the start, and when the watcher began.
        before = [look.number for look in looks]
        with transaction():
            changed("thing", uuid4())
        wait_until(lambda: all(look.number > number for look, number in zip(looks, before, strict=True)))
        assert listeners(app) == 1


def listeners(app: Flask) -> int:
    """Connections that wait for the commits of others; SQLite cannot say it, and is asked nothing."""
    if db.engine.dialect.name == "sqlite":
        return 1
    with psycopg.connect(app.config["SETTINGS"].database_url.replace("+psycopg", "")) as other:
        named = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'relais live'"
        row = other.execute(f"{named} AND datname = current_database()").fetchone()
        assert row is not None
        return int(row[0])


def test_a_commit_during_the_look_is_looked_at_again(app: Flask) -> None:
    bell, stop, looked = worker.Bell(), threading.Event(), []

    def look(_now: datetime) -> int:
        looked.append(1)
        bell.ring()  # As when somebody commits after this look has read its rows.
        if len(looked) == 2:
            stop.set()
        return 0

    worker.work(app, Timer("t", look, nothing_due, rest=NEVER), bell, stop)
    assert len(looked) == 2


def test_what_people_wait_for_is_looked_at_every_second() -> None:
    rests = {timer.name: timer.rest for timer in TIMERS}
    assert rests["searches"] <= 1 and rests["push messages"] <= 1
    assert max(rests.values()) + heartbeats.WRITTEN_EVERY.total_seconds() < heartbeats.SILENT_AFTER.total_seconds()


def test_a_timer_that_lost_a_deadlock_runs_again_and_is_no_failure(app: Flask) -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer, who waits for nobody")

    def loses(_now: datetime) -> int:
        db.session.execute(text("DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '40P01'; END $$"))
        return 0

    with capture_logs() as logged:
        assert worker.ran(app, Timer("t", loses, nothing_due)) is True
    assert [(line["event"], line["log_level"]) for line in logged] == [("timer_again", "info")]
