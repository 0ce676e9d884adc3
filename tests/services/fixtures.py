"""Fixtures over the real services, brought in by `pytest_plugins` of tests/conftest.py."""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any, NoReturn

import pytest
from playwright.sync_api import Playwright, sync_playwright

from tests.services import notifications
from tests.services.browser import Browsers, find_chromium
from tests.services.notifications import NotificationCentre
from tests.services.postgres import PostgresDatabases, PostgresMissing, PostgresServer
from tests.services.pro_sante import ProSante, ProviderMissing
from tests.services.push_service import FakePushService


def absent(what: str) -> NoReturn:
    """Skip on a developer's machine; on the integration machine nothing may be skipped."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """The folder that the test processes of a run have in common."""
    mine = tmp_path_factory.getbasetemp()
    return mine.parent if hasattr(request.config, "workerinput") else mine


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """In the process that gives work to others: they have one PostgreSQL in common, which starts while they read."""
    config: pytest.Config = node.config
    if POSTGRES not in config.stash and not config.getoption("quick"):
        with suppress(PostgresMissing):
            config.stash[POSTGRES] = server = PostgresServer()
            starting = Thread(target=server.start)
            starting.start()
            config.add_cleanup(server.close)
            config.add_cleanup(starting.join)  # The last to come is cleaned up first.
    if POSTGRES in config.stash:
        node.workerinput["postgres_port"] = config.stash[POSTGRES].port


POSTGRES = pytest.StashKey[PostgresServer]()


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Iterator[PostgresDatabases]:
    """One PostgreSQL server a run."""
    if port := getattr(request.config, "workerinput", {}).get("postgres_port"):
        common = PostgresDatabases(port)
        common.wait_until_ready()
        yield common
        return
    try:
        server = PostgresServer().start()
    except PostgresMissing as missing:
        absent(str(missing))
    yield server
    server.close()


@pytest.fixture
def postgres_url(postgres: PostgresDatabases) -> Iterator[str]:
    """The address of an empty database, dropped after the test."""
    url = postgres.create_database()
    yield url
    postgres.drop_database(url)


@pytest.fixture(scope="session")
def pro_sante() -> Iterator[ProSante]:
    """The State's sign-in for professionals: one provider per test process."""
    try:
        provider = ProSante()
    except ProviderMissing as missing:
        absent(str(missing))
    yield provider
    provider.close()


@pytest.fixture
def push_service() -> Iterator[FakePushService]:
    service = FakePushService()
    yield service
    service.close()


@pytest.fixture(scope="module")
def playwright_driver() -> Iterator[Playwright]:
    """Playwright, for one module: it keeps an asyncio loop in this thread, where others need none."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def private_bus() -> Iterator[NotificationCentre | None]:
    """Where Chromium's notifications go; None on a system that has no D-Bus."""
    centre = None if shutil.which("dbus-daemon") is None else NotificationCentre()
    yield centre
    if centre:
        centre.close()


@pytest.fixture
def notification_centre(private_bus: NotificationCentre | None) -> NotificationCentre:
    """What a person sees of notifications, and the finger that clicks on them; empty when the test starts."""
    if missing := notifications.missing_packages():
        absent(f"no clickable notifications: install {' '.join(missing)}")
    if private_bus is None:
        pytest.skip("notifications can be clicked on Linux only")
    private_bus.clear()
    return private_bus


@pytest.fixture
def browsers(playwright_driver: Playwright, private_bus: NotificationCentre | None) -> Iterator[Browsers]:
    """Opens phones and tablets; the test fails when one of their pages complained."""
    chromium = find_chromium()
    if chromium is None:
        absent("no browser here: install Chromium (Debian: apt-get install chromium)")
    opened = Browsers(playwright_driver, chromium, private_bus.address if private_bus else None)
    yield opened
    opened.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Function) -> Iterator[None]:
    """Devices are closed as soon as the tale is told: what a page still asks of a server that stops is no complaint."""
    yield
    opened = item.funcargs.get("browsers")
    if isinstance(opened, Browsers):
        opened.close()
