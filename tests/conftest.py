"""The house under test: the same tests on SQLite and on PostgreSQL, with a clock that tests move by hand."""

import gc
import json
import os
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any, ClassVar

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from flask_sqlalchemy import SQLAlchemy
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Dialect, Engine, event, func, update
from sqlalchemy.pool import QueuePool
from werkzeug.routing import Map, Rule, RuleFactory
from werkzeug.test import TestResponse

from app import clock, create_app
from app.assessments import library as grids
from app.config import Settings, read_settings
from app.core.db import Model, db, transaction
from app.core.waiting import WEB
from app.demo import territory
from app.language.typography import plain
from app.pathways import library
from app.push.models import Subscription
from app.push.vapid import public_key
from app.tablets import codes
from tests.factories.town import Town
from tests.services.once import made_once
from tests.services.postgres import PostgresDatabases
from tests.services.push_service import FakePushService

pytest_plugins = ["tests.services.fixtures"]


class CompiledOnce(BytecodeCache):
    """Templates compiled by one house under test serve the next: that was a fifth of the suite's time."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._known.get(_in_its_language(bucket))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._known[_in_its_language(bucket)] = bucket.code


def _in_its_language(bucket: Bucket) -> tuple[str, ...]:
    return getattr(bucket.environment, "language", ""), bucket.key, bucket.checksum


def read_plainly(get_data: Callable[..., Any]) -> Callable[..., Any]:
    """Tests say words as they are typed: what a page's text is read for is what it says. How it is set, apostrophes and
    no-break spaces, is looked for in the bytes (`tests/conventions/test_typography.py`)."""

    def read(self: TestResponse, as_text: bool = False) -> Any:
        data = get_data(self, as_text=as_text)
        return plain(data) if as_text else data

    return read


Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": CompiledOnce()}


TestResponse.get_data = read_plainly(TestResponse.get_data)


def read_json_plainly(self: TestResponse, *_args: Any, **_options: Any) -> Any:
    """JSON writes such signs as escapes, so they are looked for in what was read."""
    return json.loads(plain(json.dumps(json.loads(self.text), ensure_ascii=False))) if self.is_json else None


TestResponse.get_json = read_json_plainly


class RoutesOnce(Map):
    """Routes too: houses with the same routes have one map of them, made when the first is asked for a way. Binding,
    compiling and sorting 270 of them was most of what making an app costs."""

    _made: ClassVar[dict[tuple[object, ...], dict[str, Any]]] = {}

    def __init__(self, *args: Any, **options: Any) -> None:
        self._said: list[Rule] = []
        self._read = 0
        super().__init__(*args, **options)

    def add(self, rulefactory: RuleFactory) -> None:
        self._said += rulefactory.get_rules(self)

    def update(self) -> None:
        if self._read < len(self._said):
            key = tuple(_as_said(rule) for rule in self._said)
            if key not in self._made:
                whole = Map([copy(rule) for rule in self._said], merge_slashes=self.merge_slashes)
                whole.update()
                self._made[key] = {name: vars(whole)[name] for name in ("_matcher", "_rules_by_endpoint", "_remap")}
            vars(self).update(self._made[key])
            self._read = len(self._said)  # Last: another thread that finds it read asks the map at once.
        super().update()


def _as_said(rule: Rule) -> tuple[object, ...]:
    methods, defaults = frozenset(rule.methods or ()), tuple((rule.defaults or {}).items())
    automatic = getattr(rule, "provide_automatic_options", None)
    ends = rule.strict_slashes, rule.merge_slashes, rule.build_only
    return rule.rule, rule.endpoint, methods, defaults, rule.subdomain, rule.host, ends, automatic


Flask.url_map_class = RoutesOnce
# The catalogues are read by each house; nobody changes their files.
library.read_pathway = cache(library.read_pathway)
grids.read_grid = cache(grids.read_grid)
SLOWLY, codes.COST = codes.COST, {**codes.COST, "n": 16}  # How slowly in truth, tests/tablets/test_rules.py holds.


def one_dialect(make_engine: Callable[..., Engine]) -> Callable[..., Engine]:
    """SQL too: what one house has said to an engine, the next need not put into words again. No engine is kept: one
    that its test left open must be found there, and not at the end of the run."""
    first: dict[str, tuple[Dialect, Any]] = {}

    def engine(*args: object) -> Engine:
        new = make_engine(*args)
        dialect, compiled = first.get(new.dialect.name, (new.dialect, new._compiled_cache))
        if dialect.server_version_info is None:  # It never met its database.
            first[new.dialect.name] = new.dialect, new._compiled_cache
            return new
        new.dialect = new.pool._dialect = dialect
        new._compiled_cache = compiled
        return new

    return engine


SQLAlchemy._make_engine = one_dialect(SQLAlchemy._make_engine)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--quick",
        action="store_true",
        help="rules, actions and screens on SQLite: no other program, nothing that takes seconds",
    )


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """`-n auto`. As many as there are cores waited a third of the time, for browsers and for processes that die."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores if config.getoption("quick") else (cores * 3 + 1) // 2


WAITING = {"browser", "bench", "chaos", "live", "services"}
"""Folders whose tests wait for browsers, processes and clocks."""

BEYOND_RULES_ACTIONS_AND_SCREENS = {"chaos", "bench", "demo", "simulation", "services"}
PROGRAMS = {"playwright_driver", "chromium", "postgres", "pro_sante", "notification_centre"}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What waits comes first, screens before all: one worker waits while the others use the cores, and none ends alone
    with a long test."""
    items.sort(key=lambda item: ("test_screens.py" not in item.nodeid, folder_of(item) not in WAITING))
    if config.getoption("quick"):
        left = [item for item in items if is_left_to_the_whole_run(item)]
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in set(left)]


def folder_of(item: pytest.Item) -> str:
    return item.nodeid.removeprefix("tests/").partition("/")[0]


def is_left_to_the_whole_run(item: pytest.Item) -> bool:
    """It asks for a browser, PostgreSQL or the State's sign-in, loads the demonstration, starts and kills processes of
    ours, or tries so much that it takes seconds (`long`)."""
    asked = (PROGRAMS | {"demonstration"}) & set(getattr(item, "fixturenames", ()))
    on_postgresql = "postgresql" in item.nodeid.partition("[")[2]
    long = item.get_closest_marker("long") is not None
    return bool(asked) or on_postgresql or long or folder_of(item) in BEYOND_RULES_ACTIONS_AND_SCREENS


def pytest_collection_finish() -> None:
    """What was imported and collected is no garbage, and a house that ended may lie about for a while: looking for
    garbage was a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 10, 20)


MIGRATIONS = str(Path(__file__).parents[1] / "migrations")

A_TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def close_engines() -> None:
    """Every connection of the app in whose context this is asked: those set apart, too.

    One that another thread gives back only afterwards would stay open until it is thrown away, and be said to leak.
    """
    db.session.remove()
    for engine in db.engines.values():
        patience = time.monotonic() + 10
        while isinstance(engine.pool, QueuePool) and engine.pool.checkedout() and time.monotonic() < patience:
            time.sleep(0.01)
        engine.dispose()


def settings_for(database_url: str, data_dir: Path, **more: str) -> Settings:
    return read_settings(
        {
            "RELAIS_DATABASE_URL": database_url,
            "RELAIS_DATA": str(data_dir),
            "RELAIS_SECRET_KEY": "a secret long enough for the tests only",
            "RELAIS_PUSH_HOSTS": "http://127.0.0.1",
            "RELAIS_IDLE_HOURS": "8760",  # tales move the clock by days; tests/accounts tests the real limit
            **more,
        }
    )


ENGINES = ["sqlite", "postgresql"]

PATIENT = replace(WEB, turn=30, lock=30, statement=60, idle=120)
"""A busy machine must not fail a test. How short the product's patience is stands in tests/chaos/test_held_row.py."""


@pytest.fixture(params=ENGINES)
def blank_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without a table, on each engine in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'blank.sqlite3'}"
        return
    server: PostgresDatabases = request.getfixturevalue("postgres")
    url = server.create_database()
    yield url
    server.drop_database(url)


@pytest.fixture(params=ENGINES)
def engine_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with every table and no row, on each engine in turn."""
    model: str = request.getfixturevalue(f"{request.param}_model")
    if request.param == "sqlite":
        copy = tmp_path / "relais.sqlite3"
        shutil.copy(model, copy)
        yield f"sqlite:///{copy}"
        return
    server: PostgresDatabases = request.getfixturevalue("postgres")
    url = server.lend_database(like=model)
    yield url
    server.take_back(url, like=model)


@pytest.fixture(scope="session")
def sqlite_model(run_folder: Path) -> str:
    """A file to copy: making the tables anew for each test would be most of the suite's time."""

    def make(folder: Path) -> None:
        make_tables(f"sqlite:///{folder / 'relais.sqlite3'}", folder)

    return str(made_once(run_folder / "model", make) / "relais.sqlite3")


@pytest.fixture(scope="session")
def postgresql_model(postgres: PostgresDatabases, run_folder: Path) -> str:
    return written_once(postgres, run_folder / "postgresql-model", make_tables)


def written_once(postgres: PostgresDatabases, place: Path, write: Callable[[str, Path], None]) -> str:
    """The address of a database to copy, which `write` filled once a run."""

    def make(folder: Path) -> None:
        url = postgres.create_database()
        write(url, folder)
        (folder / "url").write_text(url)

    return (made_once(place, make) / "url").read_text()


def make_tables(url: str, data_dir: Path) -> None:
    app = create_app(settings_for(url, data_dir))
    with app.app_context():
        upgrade(MIGRATIONS)  # And not `create_all`: the triggers that guard the audit trail are part of the schema.
        close_engines()


@pytest.fixture
def app(engine_url: str, tmp_path: Path, now: datetime) -> Iterator[Flask]:
    app = create_app(settings_for(engine_url, tmp_path), PATIENT)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, LIMITS_HOLD=False)
    with app.app_context():
        let_the_disk_rest()
        yield app
        db.session.remove()
        close_engines()


def let_the_disk_rest() -> None:
    """What a power cut would take of a test's database is no loss, and a commit waits 2 ms for the disk."""
    if db.engine.dialect.name == "sqlite":
        event.listen(db.engine, "connect", lambda raw, _record: raw.execute("PRAGMA synchronous=OFF"))


@pytest.fixture(scope="session", params=ENGINES)
def demonstration(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """As it is on `A_TUESDAY`: to look at, on a clock that stands there (`now`). Copied from what was loaded once."""
    folder, loaded = tmp_path_factory.mktemp("demo"), request.getfixturevalue(f"{request.param}_territory")
    if request.param == "sqlite":
        shutil.copy(loaded, folder)
        url = f"sqlite:///{folder / 'relais.sqlite3'}"
    else:
        url = request.getfixturevalue("postgres").create_database(like=loaded)
    port = free_port()
    app = create_app(settings_for(url, folder, RELAIS_DEMO="1", PORT=str(port)))
    app.config["TESTING"] = True
    with app.app_context():
        let_the_disk_rest()
        with transaction():  # The invented people's phones ring where this process may be called.
            there = func.replace(Subscription.endpoint, f":{NO_PORT}/", f":{port}/")
            db.session.execute(update(Subscription).values(endpoint=there))
    yield app
    with app.app_context():
        close_engines()


NO_PORT = 9
"""Where nothing listens: who copies the territory says where its phones ring."""


@pytest.fixture(scope="session")
def sqlite_territory(run_folder: Path) -> str:
    def make(folder: Path) -> None:
        load_territory(f"sqlite:///{folder / 'relais.sqlite3'}", folder)

    return str(made_once(run_folder / "territory", make) / "relais.sqlite3")


@pytest.fixture(scope="session")
def postgresql_territory(postgres: PostgresDatabases, run_folder: Path) -> str:
    return written_once(postgres, run_folder / "postgresql-territory", load_territory)


def load_territory(url: str, data_dir: Path) -> None:
    app = create_app(settings_for(url, data_dir, RELAIS_DEMO="1", PORT=str(NO_PORT)))
    clock.stop_at(A_TUESDAY)
    with app.app_context():
        let_the_disk_rest()
        Model.metadata.create_all(db.engine)
        with transaction():
            assert territory.load(A_TUESDAY)
        close_engines()
    clock.stop_at(None)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def push_vendor(now: datetime) -> Iterator[FakePushService]:
    """The browsers' push service, on the same hand-moved clock."""
    service = FakePushService(now=lambda: clock.now().timestamp())
    yield service
    service.close()


@pytest.fixture
def town(app: Flask, push_vendor: FakePushService) -> Town:
    """A hospital, a coordinator and the communes around; tests add the professionals."""
    push_vendor.expected_key = public_key()
    return Town(app, push_vendor)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def now() -> Iterator[datetime]:
    """The clock stands at a Tuesday, 10:00 in Paris, until a test moves it."""
    clock.stop_at(A_TUESDAY)
    yield A_TUESDAY
    clock.stop_at(None)
