"""How the first person of an instance arrives."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from app import cli
from app.accounts.models import Account, Invitation, Role
from app.core.db import db, transaction
from app.directory.models import Commune, Organization

ANNE = ["invite", "Anne@Example.org", "Anne", "Durand", "--organization", "CH des Deux-Rives"]


@pytest.fixture
def relais(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[list[str]], Result]:
    """Runs a command on the app under test."""
    monkeypatch.setattr(cli, "_app", lambda: app)
    with transaction():
        db.session.add(
            Commune(code="91228", name="Évry", postal_code="91000", search_name="evry", latitude=48.6, longitude=2.4)
        )
    return lambda arguments: CliRunner().invoke(cli.main, arguments)


def test_the_first_administrator_is_invited(relais: Callable[[list[str]], Result]) -> None:
    result = relais([*ANNE, "--commune", "91228", "--phone", "+33169000000"])
    assert (result.exit_code, result.output) == (0, "The worker mails the invitation.\n")
    account = db.session.query(Account).one()
    assert (account.email, account.roles) == ("anne@example.org", {Role.ADMINISTRATOR})
    assert account.organizations() == [db.session.query(Organization).one().id]
    assert db.session.query(Invitation).one().account_id == account.id


def test_the_same_organization_is_joined_again(relais: Callable[[list[str]], Result]) -> None:
    relais([*ANNE, "--commune", "91228"])
    assert relais([*ANNE, "--role", "coordinator"]).exit_code == 0
    assert db.session.query(Organization).count() == 1
    assert db.session.query(Account).one().roles == {Role.ADMINISTRATOR, Role.COORDINATOR}


def test_an_organization_stands_in_a_commune(relais: Callable[[list[str]], Result]) -> None:
    result = relais([*ANNE, "--commune", "00000"])
    assert result.exit_code == 1
    assert "import-communes" in result.output
    assert db.session.query(Account).count() == 0


def test_every_command_says_what_it_does(tmp_path: Path) -> None:
    for command in (cli.main, *cli.main.commands.values(), *cli.demo.commands.values()):
        assert command.help, command.name
