"""The database is away: the page says so and says to call, nothing is half-written, and it comes back by itself."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from app import schedule, worker
from app.care_requests.models import State
from app.core.db import Model, db
from app.core.waiting import WEB
from app.dispatch.models import OfferState
from tests.conftest import close_engines, make_tables, settings_for
from tests.factories.town import Town
from tests.services.fixtures import absent
from tests.services.postgres import PostgresMissing, PostgresServer
from tests.services.push_service import FakePushService


@dataclass
class Database:
    """One that can be sent away: for everyone, or for those who write only."""

    url: str
    away: Callable[[], AbstractContextManager[None]]


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        file = tmp_path / "relais.sqlite3"
        yield Database(f"sqlite:///{file}", lambda: moved(file))
        return
    try:
        server = PostgresServer(durable=True).start()
    except PostgresMissing as missing:
        absent(str(missing))
    yield Database(server.create_database(), lambda: stopped(server))
    server.close()


@contextmanager
def moved(file: Path) -> Iterator[None]:
    """A disk that is not there: in the file's place, something that cannot be opened."""
    close_engines()
    elsewhere = file.with_suffix(".elsewhere")
    file.rename(elsewhere)
    file.mkdir()
    yield
    file.rmdir()
    elsewhere.rename(file)


@contextmanager
def stopped(server: PostgresServer) -> Iterator[None]:
    server.stop()
    yield
    server.start()


@pytest.fixture
def engine_url(database: Database, tmp_path: Path) -> str:
    """In the place of the shared one, which other tests need."""
    make_tables(database.url, tmp_path)
    return database.url


def rest() -> None:
    """Give the connection back, as every request does at its end."""
    db.session.remove()


def test_every_page_says_to_call_and_the_house_recovers_alone(town: Town, database: Database) -> None:
    maya = town.nurse("Maya", phone=False)
    request = town.asks()
    town.time_passes(seconds=1)
    offer = maya.offer().id
    rest()
    with database.away():
        answers = [
            town.orientation_nurse.get("/requests"),
            town.orientation_nurse.get(f"/requests/{request}"),
            town.orientation_nurse.get(f"/requests/{request}", htmx=True),
            town.orientation_nurse.post("/requests", {"pathway": "home-care"}),
            maya.get("/inbox"),
            maya.post(f"/offers/{offer}/acceptance"),
            maya.post(f"/offers/{offer}/acceptance", htmx=True),
            town.stranger().get("/p/unknown-token"),
            town.stranger().get("/healthz"),
        ]
        for answer in answers:
            assert answer.status_code == 503
            assert "téléphon" in answer.text
            assert "Traceback" not in answer.text
        assert town.stranger().get("/offline").status_code == 200, "what needs no database is still there"
        for timer in schedule.TIMERS:
            assert worker.ran(town.app, timer) is False, "the worker waits and lives on"
    assert maya.get("/inbox").status_code == 200
    rest()
    assert (town.request(request).state, maya.offer().state) == (State.SEARCHING, OfferState.OPEN)
    assert maya.accepts() == 200
    assert town.request(request).state is State.ACCEPTED


def test_an_outage_that_nobody_saw_costs_nobody_a_page(town: Town, database: Database) -> None:
    maya = town.nurse("Maya", phone=False)
    assert maya.get("/inbox").status_code == 200
    rest()
    with database.away():
        pass
    assert maya.get("/inbox").status_code == 200


def test_a_file_that_someone_else_keeps_locked(tmp_path: Path, now: object, push_vendor: FakePushService) -> None:
    """A backup that holds SQLite's write lock for too long: reading goes on, writing says 503 and writes nothing."""
    from app import create_app

    file = tmp_path / "relais.sqlite3"
    app = create_app(settings_for(f"sqlite:///{file}", tmp_path), replace(WEB, turn=0.05, lock=0.05))
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    with app.app_context():
        Model.metadata.create_all(db.engine)
        town = Town(app, push_vendor)
        maya = town.nurse("Maya", phone=False)
        request = town.asks()
        town.time_passes(seconds=1)
        offer = maya.offer().id
        db.session.remove()
        holder = sqlite3.connect(file, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        assert maya.get("/inbox").status_code == 200
        assert maya.post(f"/offers/{offer}/acceptance").status_code == 503
        holder.execute("ROLLBACK")
        holder.close()
        assert town.request(request).state is State.SEARCHING
        assert maya.accepts() == 200
        db.session.remove()
        close_engines()
