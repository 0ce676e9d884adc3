"""The command line: `relais --help`."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

import click
from flask import Flask

from app.accounts.models import Role
from app.config import read_settings
from app.demo import commands as demonstration

ROOT = Path(__file__).parents[1]


@click.group()
def main() -> None:
    """Relais finds the right professional for a patient, fast."""


@main.command()
@click.option("--reload", is_flag=True, help="Start again when a file changes.")
@click.option("--bind", default="127.0.0.1", show_default=True, help="Address to listen on.")
def web(reload: bool, bind: str) -> None:
    """Serve the screens on PORT."""
    options = ["-k", "gevent", "-w", os.environ.get("RELAIS_WEB_PROCESSES", "1"), "--no-control-socket"]
    # Open streams would keep a stopping process for as long as it is given; what they show is asked again anyway.
    options += ["--graceful-timeout", "2"]
    options += ["-b", f"{bind}:{read_settings().port}", *(["--reload"] if reload else [])]
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", *options, "app:create_app()"])


@main.command()
def worker() -> None:
    """Search, send and remind: everything that happens by itself."""
    from app import worker as loop

    loop.run(_app())


@main.command()
def migrate() -> None:
    """Bring the database to the schema of this version."""
    from flask_migrate import upgrade

    app = _app()
    with app.app_context():
        upgrade(str(ROOT / "migrations"))


@main.command()
def doctor() -> None:
    """Say what is late or unreachable; exit code 1 when something is."""
    from app.core import clock
    from app.supervision.health import report

    with _app().app_context():
        health = report(clock.now())
    for line in health.lines:
        click.echo(line)
    sys.exit(0 if health.well else 1)


@main.command("import-communes")
@click.argument("file", type=click.File(encoding="utf-8-sig"))
def import_communes(file: Iterable[str]) -> None:
    """Load the communes of France from the Base officielle des codes postaux."""
    from app.core.db import transaction
    from app.directory import actions

    with _app().app_context(), transaction():
        click.echo(f"{actions.import_communes(file)} communes")


@main.command()
@click.argument("email", callback=lambda _context, _argument, value: value.strip().lower())
@click.argument("given_name")
@click.argument("family_name")
@click.option("--role", type=click.Choice([role.value for role in Role]), default="administrator", show_default=True)
@click.option("--organization", required=True, help="Its name; it is created when there is none of that name.")
@click.option("--kind", default="hospital", show_default=True, help="If created: ward, practice, cpts…")
@click.option("--commune", default="", help="Its INSEE code (see import-communes).")
@click.option("--phone", default="", help="The number to call back.")
def invite(
    email: str, given_name: str, family_name: str, role: str, organization: str, kind: str, commune: str, phone: str
) -> None:
    """Give somebody a role in an organization, and mail the way in: how the first person of an instance arrives."""
    from app.accounts import actions as accounts
    from app.core import clock
    from app.core.db import transaction
    from app.directory import actions as directory

    person = accounts.Person(email, given_name, family_name)
    with _app().app_context(), transaction():
        place = directory.organization(organization, kind=kind, commune_code=commune, phone=phone)
        if place is None:
            raise click.ClickException(f"no commune has the code {commune!r}: run import-communes, then give --commune")
        sent = accounts.invite(person, place.id, Role(role), by=None, now=clock.now())
    click.echo("The worker mails the invitation." if sent else "This person has a passkey already: the role is added.")


def _app() -> Flask:
    from app import create_app

    return create_app()


@main.group()
@click.pass_context
def demo(context: click.Context) -> None:
    """The demonstration: invented people, and a day that plays by itself."""
    context.obj = context.with_resource(_app().app_context())


demo.add_command(demonstration.load)
demo.add_command(demonstration.replay)


if __name__ == "__main__":
    main()
