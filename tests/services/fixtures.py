"""Fixtures over the real services, brought in by `pytest_plugins` of tests/conftest.py."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from playwright.sync_api import Playwright, sync_playwright

from tests.services import notifications
from tests.services.browser import Browsers, find_chromium
from tests.services.notifications import NotificationCentre
from tests.services.postgres import PostgresMissing, PostgresServer
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


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One PostgreSQL server per test process."""
    try:
        server = PostgresServer().start()
    except PostgresMissing as missing:
        absent(str(missing))
    yield server
    server.close()


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
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
