"""The whole product as it runs: web process, worker, demonstration people, on a free port."""

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from msgspec.structs import replace
from sqlalchemy import select

from app import clock, create_app
from app.accounts.models import Account, Role
from app.cli import main
from app.cli.context import application
from app.core.db import Model, db, transaction
from app.pathways.actions import adopt
from app.pathways.library import pathways
from tests.conftest import close_engines, free_port, settings_for
from tests.factories.town import Town
from tests.services.once import made_once
from tests.services.push_service import FakePushService
from tests.services.web_server import serving

ROOT = Path(__file__).parents[2]


@dataclass
class RunningHouse:
    """`as_(persona)` is the whole app signed in as that person."""

    url: str
    push_service: FakePushService

    def as_(self, persona: str, path: str = "") -> str:
        return f"{self.url}/demo/as/{persona}/{path}"


@pytest.fixture(scope="session")
def loaded_data(run_folder: Path) -> Path:
    """The demonstration territory of today, loaded once a run and copied for each house."""

    def load(folder: Path) -> None:
        for command in (["migrate"], ["demo", "load"]):
            relais(folder, 8000, main, *command)
        relais(folder, 8000, ask_everyone_near)

    return made_once(run_folder / "territory-of-today", load)


def relais(folder: Path, port: int, command: click.Command, *arguments: str) -> None:
    """In this process, which has read the house already: another would take two seconds to."""
    apart = {name: None for name in os.environ if name.startswith("RELAIS_")} | environment(folder, port)
    run = CliRunner().invoke(command, arguments, env=apart)
    assert run.exit_code == 0, run.output


@click.command()
def ask_everyone_near() -> None:
    """The coordinator lets a search ask everyone of a circle at once. Who is among the first few depends on the hour at
    which the tests run: on who answers at that hour, and who was asked often these days."""
    with application().app_context(), transaction():
        coordinator = db.session.scalars(select(Account).where(Account.persona == "coordinator")).one()
        [territory] = coordinator.organizations(Role.COORDINATOR)
        for pathway in pathways().values():
            circles = tuple(replace(stage, offers=50) if stage.km else stage for stage in pathway.search.stages)
            many = replace(pathway, search=replace(pathway.search, stages=circles))
            adopt(many, territory, by=coordinator.id, now=clock.now())


@pytest.fixture(scope="module")
def house(loaded_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    """Starts once per module: tests leave their requests behind, as days do."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copytree(loaded_data, folder, dirs_exist_ok=True)
    push_service = FakePushService()
    port = free_port()
    relais(folder, port, main, "demo", "load")  # The invented people's phones ring on this port.
    log = (folder / "house.log").open("w")
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "app.cli", command],
            env={**environment(folder, port), "RELAIS_PUSH_HOSTS": push_service.origin},
            cwd=ROOT,
            stdout=log,
            stderr=log,
        )
        for command in ("web", "worker")
    ]
    url = f"http://localhost:{port}"
    try:
        wait_until_up(url)
        yield RunningHouse(url, push_service)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(15)
        push_service.close()
        log.close()
    assert '"event": "bug"' not in (folder / "house.log").read_text(), (folder / "house.log").read_text()[-4000:]


@pytest.fixture
def served_town(tmp_path: Path) -> Iterator[tuple[Town, str]]:
    """A town behind a real address, in this process: time is moved by hand, and people act beside the browsers."""
    port = free_port()
    app = create_app(settings_for(f"sqlite:///{tmp_path / 'relais.sqlite3'}", tmp_path, PORT=str(port)))
    with app.app_context():
        Model.metadata.create_all(db.engine)
        town = Town(app)
        with serving(app, port) as address:
            yield town, address
        db.session.remove()
        close_engines()


def environment(folder: Path, port: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RELAIS_")}
    return {**kept, "RELAIS_DATA": str(folder), "RELAIS_DEMO": "1", "PORT": str(port), "PYTHONPATH": str(ROOT)}


def wait_until_up(url: str) -> None:
    for _ in range(900):
        try:
            urllib.request.urlopen(f"{url}/offline", timeout=2).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the web process never answered")
