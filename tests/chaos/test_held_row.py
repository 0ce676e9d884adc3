"""One transaction holds a row, by accident or on purpose: whoever needs that row is told to try again, and the house
stays open to everybody else."""

import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from app import create_app
from app.care_requests.models import State
from app.core.db import db, transaction
from app.core.waiting import COMMAND, CONNECTIONS_APART, WEB, WORKER, Waits, is_busy
from app.dispatch.models import Offer
from tests.conftest import close_engines, settings_for
from tests.factories.town import Nurse, Town

TAPS = 48


@pytest.fixture
def waits() -> Waits:
    return replace(WEB, turn=2, lock=2)


@pytest.fixture
def app(engine_url: str, tmp_path: Path, now: object, waits: Waits) -> Iterator[Flask]:
    app = create_app(settings_for(engine_url, tmp_path), waits)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, LIMITS_HOLD=False)
    with app.app_context():
        yield app
        db.session.remove()
        close_engines()


def a_request_offered_to_two(town: Town) -> tuple[Nurse, UUID]:
    maya = town.nurse("Maya", phone=False)
    town.nurse("Sonia", km=2, phone=False)
    request = town.asks()
    town.time_passes(seconds=1)
    db.session.remove()
    return maya, request


@contextmanager
def held(app: Flask, request_id: UUID) -> Iterator[None]:
    """By a connection that is none of ours. On SQLite whoever writes holds everything."""
    url = app.config["SETTINGS"].database_url
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as holder:
            holder.execute("BEGIN IMMEDIATE")
            yield
            holder.execute("ROLLBACK")
        return
    with psycopg.connect(url.replace("+psycopg", "")) as holder:
        holder.execute("SELECT FROM care_request WHERE id = %s FOR UPDATE", [request_id])
        yield
        holder.rollback()


@contextmanager
def tapping(nurse: Nurse, offer_id: UUID, times: int = TAPS) -> Iterator[list[TestResponse]]:
    """So many at once, and none of them answered when the block begins; the answers when it has ended."""
    answers: list[TestResponse] = []
    offered = f"/offers/{offer_id}/acceptance"

    def tap(number: int) -> None:
        answers.append(nurse.post(offered, htmx=number % 2 == 0))

    fingers = [threading.Thread(target=tap, args=(number,)) for number in range(times)]
    for finger in fingers:
        finger.start()
    wait_until(lambda: nurse.town.app.extensions["turns"].free._value == 0)
    yield answers
    for finger in fingers:
        finger.join()


def wait_until(true: Callable[[], bool]) -> None:
    ends = time.monotonic() + 60
    while not true():
        assert time.monotonic() < ends, "it never came to that"
        time.sleep(0.005)


def test_a_held_row_stops_nobody_who_does_not_need_it(town: Town) -> None:
    """A row held and more taps on it than there are connections: health and pages answer, the taps are told to try
    again, and when the row is free one of them wins."""
    maya, request = a_request_offered_to_two(town)
    offer = maya.offer().id
    db.session.remove()
    with held(town.app, request):
        with tapping(maya, offer) as answers:
            assert "lines" in town.stranger().get("/healthz").json
            assert town.orientation_nurse.get("/requests").status_code == 200
            assert maya.get("/inbox").status_code == 200
        assert Counter(answer.status_code for answer in answers) == {503: TAPS}
        assert_told_to_try_again(answers)
    assert maya.accepts() == 200
    assert town.request(request).state is State.ACCEPTED


def assert_told_to_try_again(answers: list[TestResponse]) -> None:
    for answer in answers:
        assert int(answer.headers["Retry-After"]) > 0
        assert "Réessayez" in answer.text and "téléphonez" in answer.text
    parts = [answer for answer in answers if answer.headers.get("HX-Retarget") == "#flashes"]
    assert len(parts) == TAPS // 2, "htmx is given a line above the page, which stays"
    assert not any("<html" in part.text for part in parts)


def test_a_row_that_is_released_in_time_costs_nobody_an_answer(town: Town) -> None:
    """Fewer than there are turns to write, so that each waits for the row itself; two of one hand are one answer."""
    maya, request = a_request_offered_to_two(town)
    offer = maya.offer().id
    db.session.remove()
    with ExitStack() as until_released:
        until_released.enter_context(held(town.app, request))
        with tapping(maya, offer, times=WEB.writers) as answers:
            until_released.close()
        assert {answer.status_code for answer in answers} <= {200, 303}
    assert town.request(request).state is State.ACCEPTED


@pytest.mark.parametrize("waits", [replace(WEB, turn=0.1, lock=0.1)])
def test_when_every_connection_is_taken_health_still_answers_and_pages_say_so(town: Town, waits: Waits) -> None:
    maya, _request = a_request_offered_to_two(town)
    maya_offer = maya.offer().id
    db.session.remove()
    with ExitStack() as taken:
        for _ in range(WEB.connections):
            taken.enter_context(db.engine.connect())
        assert "lines" in town.stranger().get("/healthz").json
        assert town.stranger().get("/metrics").status_code == 200
        page, part = town.orientation_nurse.get("/requests"), town.orientation_nurse.get("/requests", htmx=True)
        for answer in (page, part):
            assert answer.status_code == 503
            assert answer.headers["Retry-After"] == "2"
        assert part.headers["HX-Retarget"] == "#flashes"
        asked_by_script = maya.client.post(f"/offers/{maya_offer}/refusal", json={})
        assert (asked_by_script.status_code, asked_by_script.json) == (503, {"error": "busy"})
    assert town.orientation_nurse.get("/requests").status_code == 200


@pytest.mark.parametrize("waits", [replace(WEB, turn=0.1, lock=0.1)])
def test_a_busy_database_is_no_bug(town: Town, waits: Waits) -> None:
    maya, request = a_request_offered_to_two(town)
    offer = maya.offer().id
    db.session.remove()
    with held(town.app, request), capture_logs() as logged:
        assert maya.post(f"/offers/{offer}/acceptance").status_code == 503
    assert [(line["event"], line["log_level"]) for line in logged] == [("database_busy", "warning")]


# What PostgreSQL itself bounds: SQLite has none of it, and nothing to bound.


@pytest.mark.parametrize("waits", [Waits(turn=0.1, lock=0.1, statement=0.2, idle=0.1, connections=4, writers=2)])
def test_no_statement_and_no_silence_inside_a_transaction_lasts_for_ever(app: Flask, waits: Waits) -> None:
    if db.engine.dialect.name == "sqlite":
        assert db.session.scalar(text("PRAGMA busy_timeout")) == 100
        return
    with pytest.raises(DBAPIError) as slow:
        db.session.execute(text("SELECT pg_sleep(60)"))
    assert is_busy(slow.value)
    db.session.rollback()
    backend = db.session.scalar(text("SELECT pg_backend_pid()"))
    with psycopg.connect(app.config["SETTINGS"].database_url.replace("+psycopg", ""), autocommit=True) as other:
        alive = "SELECT count(*) FROM pg_stat_activity WHERE pid = %s"
        wait_until(lambda: other.execute(alive, [backend]).fetchone() == (0,))
    with pytest.raises(DBAPIError) as silent:
        db.session.execute(select(Offer.id))
    assert is_busy(silent.value)
    db.session.rollback()
    assert db.session.scalar(text("SELECT 1")) == 1, "the next one gets a connection that lives"


def test_three_web_processes_a_worker_and_a_command_fit_into_postgresql_as_it_comes() -> None:
    """100 connections, three of them for its administrator; each process also keeps some apart, and one `LISTEN`."""
    processes = [WEB, WEB, WEB, WORKER, COMMAND]
    assert sum(each.connections + CONNECTIONS_APART + 1 for each in processes) <= 97
    assert WEB.writers < WEB.connections, "pages are read while taps wait for a row"
    assert WEB.turn + WEB.lock < 8, "a phone keeps a tap that was not answered within 8 s (taps.js)"


@pytest.mark.parametrize("waits", [WEB, WORKER, COMMAND])
def test_a_failed_transaction_gives_its_turn_back(app: Flask, waits: Waits) -> None:
    for _ in range(waits.writers + 1):
        with pytest.raises(ZeroDivisionError), transaction():
            raise ZeroDivisionError
    with transaction():
        pass
