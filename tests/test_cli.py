"""How the first person of an instance arrives."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from app import cli, clock, schedule
from app.accounts.models import Account, Role
from app.core.db import db, transaction
from app.directory.models import PractitionerRole, Profession
from app.jobs import heartbeats
from app.membership.invitations import use
from app.membership.models import Invitation
from app.organizations.actions import import_communes
from app.organizations.models import Organization
from app.simulation import frontier
from tests.factories.town import COMMUNES

UNDERSTOOD = "Évry-Courcouronnes · 91000 · Essonne"
ANNE = ["invite", "Anne@Example.org", "Anne", "Durand", "--organization", "CH des Deux-Rives"]


@pytest.fixture
def relais(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[list[str]], Result]:
    """Runs a command on the app under test."""
    monkeypatch.setattr(cli.context, "application", lambda: app)
    with transaction():
        import_communes(COMMUNES.splitlines(keepends=True))
    return lambda arguments: CliRunner().invoke(cli.main, arguments)


def test_the_first_administrator_is_invited(relais: Callable[[list[str]], Result]) -> None:
    result = relais([*ANNE, "--commune", "91228", "--phone", "+33169000000"])
    assert (result.exit_code, result.output) == (0, f"{UNDERSTOOD}\nThe worker mails the invitation.\n")
    account = db.session.query(Account).one()
    assert (account.email, account.roles) == ("anne@example.org", frozenset()), "she takes it with her passkey"
    proposed = db.session.query(Invitation).one()
    assert (proposed.account_id, proposed.role) == (account.id, Role.ADMINISTRATOR)
    assert proposed.organization_id == db.session.query(Organization).one().id


def test_the_same_organization_is_joined_again(relais: Callable[[list[str]], Result]) -> None:
    relais([*ANNE, "--commune", "91228"])
    assert relais([*ANNE, "--role", "coordinator"]).exit_code == 0
    assert db.session.query(Organization).count() == 1
    assert db.session.query(Account).count() == 1
    assert {each.role for each in db.session.query(Invitation)} == {Role.ADMINISTRATOR, Role.COORDINATOR}


def test_an_organization_stands_in_a_commune(relais: Callable[[list[str]], Result]) -> None:
    result = relais([*ANNE, "--commune", "00000"])
    assert result.exit_code == 1
    assert "directory communes" in result.output
    assert db.session.query(Account).count() == 0


@pytest.mark.parametrize("commune", ["91000", "91228", "Évry-Courcouronnes", "evry courcouronnes 91000"])
def test_an_operator_says_a_commune_as_anybody_does(relais: Callable[[list[str]], Result], commune: str) -> None:
    assert UNDERSTOOD in relais([*ANNE, "--commune", commune]).output
    assert db.session.query(Organization).one().commune_code == "91228"


def test_a_number_that_no_telephone_has_is_refused(relais: Callable[[list[str]], Result]) -> None:
    result = relais([*ANNE, "--commune", "91228", "--phone", "01 69 00 00 0"])
    assert result.exit_code == 2
    relais([*ANNE, "--commune", "91228", "--phone", "0692 12 34 56"])
    assert db.session.query(Organization).one().phone == "+262692123456"


def test_a_maternity_can_be_asked_once_it_is_there(relais: Callable[[list[str]], Result]) -> None:
    there = ["directory", "service", "Maternité des Coquelicots", "--kind", "maternity"]
    assert relais([*there, "--commune", "00000"]).exit_code == 1
    assert relais([*there, "--commune", "91228"]).exit_code == 0
    role = db.session.query(PractitionerRole).one()
    assert (role.name, role.profession, role.can_sign_in) == ("Maternité des Coquelicots", Profession.MATERNITY, False)
    place = ["--organization", "Maternité des Coquelicots", "--role", "practitioner"]
    assert relais(["invite", "lea@example.org", "Léa", "Roy", *place]).exit_code == 0
    assert not role.can_sign_in, "who is only invited answers nothing"
    with transaction():
        use(db.session.query(Invitation).one(), now=clock.now())
    assert db.session.query(PractitionerRole.can_sign_in).scalar()
    assert relais(there).exit_code == 1, "it is asked for this already"


def test_every_command_says_what_it_does(tmp_path: Path) -> None:
    for command in (cli.main, *cli.main.commands.values(), *cli.demonstration.demo.commands.values()):
        assert command.help, command.name


def test_a_simulation_says_its_assumptions_and_draws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frontier, "SIZES", (7,))
    monkeypatch.setattr(frontier, "PATIENCES", (20,))
    plot, people = tmp_path / "frontier.svg", tmp_path / "people.csv"
    people.write_text("".join(f"48.{600 + n};2.{400 + n}\n" for n in range(40)))
    arguments = ["simulate", "--requests", "100", "--territory", str(people), "--plot", str(plot)]
    result = CliRunner().invoke(cli.main, arguments)
    assert result.exit_code == 0, result.output
    for words in ("40 professionals", "seen 0.756", "alert-all", "one-by-one", "replacement", "shipped numbers"):
        assert words in result.output
    assert "prefers-color-scheme:dark" in plot.read_text()


@pytest.mark.parametrize("wrong", [["--policy", "guess"], ["--pathway", "none"], ["--territory", "/no/where"]])
def test_a_simulation_of_nothing_known_is_refused(wrong: list[str]) -> None:
    result = CliRunner().invoke(cli.main, ["simulate", *wrong])
    assert result.exit_code == 1
    assert "Error" in result.output


def test_doctor_says_when_everybody_looks_like_one(app: Flask, relais: Callable[[list[str]], Result]) -> None:
    with transaction():
        heartbeats.write({timer.name: clock.now() for timer in schedule.TIMERS})
    assert relais(["doctor"]).exit_code == 0
    forwarded = {"X-Forwarded-For": "203.0.113.7"}
    assert app.test_client().get("/offline", headers=forwarded).status_code == 200
    result = relais(["doctor"])
    assert result.exit_code == 1
    assert "RELAIS_TRUSTED_PROXIES is 0 and a proxy stands in front" in result.output


@pytest.mark.parametrize(
    ("base", "proxies", "warned"), [("https", "0", True), ("https", "1", False), ("http", "0", False)]
)
def test_a_start_behind_a_proxy_that_is_not_trusted_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, base: str, proxies: str, warned: bool
) -> None:
    started: list[str] = []
    monkeypatch.setattr("os.execv", lambda program, _arguments: started.append(program))
    env = {"RELAIS_DATA": str(tmp_path), "RELAIS_BASE_URL": f"{base}://relais.example.org"}
    env |= {"RELAIS_SECRET_KEY": "s" * 32, "RELAIS_TRUSTED_PROXIES": proxies}
    result = CliRunner().invoke(cli.main, ["web"], env=env)
    assert len(started) == 1
    assert ("RELAIS_TRUSTED_PROXIES" in result.output) is warned
