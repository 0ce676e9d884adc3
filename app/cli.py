"""The command line: `relais --help`."""

import os
import sys
from pathlib import Path

import click
from flask import Flask

from app.accounts.models import Role
from app.config import read_settings
from app.demo import commands as demonstration
from app.directory.commands import COMMANDS as DIRECTORY_COMMANDS
from app.directory.commands import NO_COMMUNE, place_named, telephone
from app.supervision import commands as trail
from app.supervision import keys, pathway_commands
from app.supervision.doctor import doctor

ROOT = Path(__file__).parents[1]


@click.group()
@click.pass_context
def main(context: click.Context) -> None:
    """Relais finds the right professional for a patient, fast."""
    context.obj = _app  # For those commands that need the database only sometimes.


@main.command()
@click.option("--reload", is_flag=True, help="Start again when a file changes.")
@click.option("--bind", default="127.0.0.1", show_default=True, help="Address to listen on.")
def web(reload: bool, bind: str) -> None:
    """Serve the screens on PORT."""
    from app.core.limits import UNHEARD

    settings = read_settings()
    if settings.production and not settings.trusted_proxies:  # We speak no TLS: whoever does stands in front.
        click.echo(UNHEARD, err=True)
    options = ["-k", "gevent", "-w", os.environ.get("RELAIS_WEB_PROCESSES", "1"), "--no-control-socket"]
    # Open streams would keep a stopping process for as long as it is given; what they show is asked again anyway.
    options += ["--graceful-timeout", "2"]
    options += ["-b", f"{bind}:{settings.port}", *(["--reload"] if reload else [])]
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", *options, "app:create_app()"])


@main.command()
def worker() -> None:
    """Search, send and remind: everything that happens by itself."""
    from app import create_app
    from app import worker as loop
    from app.core.waiting import WORKER

    loop.run(create_app(waits=WORKER))


@main.command()
def migrate() -> None:
    """Bring the database to the schema of this version."""
    from flask_migrate import upgrade

    app = _app()
    with app.app_context():
        upgrade(str(ROOT / "migrations"))


@main.group()
@click.pass_context
def directory(context: click.Context) -> None:
    """Who works where: communes, professionals, territories."""
    context.obj = context.with_resource(_app().app_context())


@main.command()
@click.option("--requests", default=10_000, show_default=True, type=click.IntRange(100), help="Searches per policy.")
@click.option("--territory", default="demo", show_default=True, help="demo, or a file: latitude;longitude per line.")
@click.option("--policy", default="alert-all,one-by-one,replacement", show_default=True, help="Ways of asking.")
@click.option("--pathway", default="home-care", show_default=True, help="Whose waits and radii are played.")
@click.option("--usual", default=0.0, type=click.FloatRange(0, 1), help="Share of patients who have a usual one.")
@click.option("--plot", type=click.Path(path_type=Path), help="Draw the frontier into this SVG file.")
def simulate(requests: int, territory: str, policy: str, pathway: str, usual: float, plot: Path | None) -> None:
    """Play many searches on the rules of production: what each way of asking brings, and whom it disturbs."""
    from app.simulation import report

    try:
        for line in report.lines(requests, _places(territory), policy.split(","), pathway, plot, usual):
            click.echo(line)
    except report.Unknown as error:
        raise click.ClickException(str(error)) from None


def _places(territory: str) -> list[tuple[float, float]]:
    from app.demo.territory import COMMUNES
    from app.directory.postal_file import read_postal_lines
    from app.simulation.invented import scattered

    if territory == "demo":
        with COMMUNES.open(encoding="utf-8") as lines:
            centres = {line.code: line.position for line in read_postal_lines(lines) if line.position}
        return scattered([*centres.values()])
    try:
        rows = [line.split(";") for line in Path(territory).read_text(encoding="utf-8-sig").splitlines() if line]
        return [(float(latitude), float(longitude)) for latitude, longitude in rows]
    except (OSError, ValueError) as error:
        raise click.ClickException(f"{territory}: {error}") from None


@main.command()
@click.argument("email", callback=lambda _context, _argument, value: value.strip().lower())
@click.argument("given_name")
@click.argument("family_name")
@click.option("--role", type=click.Choice([role.value for role in Role]), default="administrator", show_default=True)
@click.option("--organization", required=True, help="Its name; it is created when there is none of that name.")
@click.option("--kind", default="hospital", show_default=True, help="If created: ward, practice, cpts…")
@click.option("--commune", default="", help="Its postal code or name (see directory communes).")
@click.option("--phone", default="", callback=telephone, help="The number to call back.")
def invite(
    email: str, given_name: str, family_name: str, role: str, organization: str, kind: str, commune: str, phone: str
) -> None:
    """Propose somebody a role in an organization, by mail: how the first person of an instance arrives."""
    from app.accounts import invitations
    from app.core import clock
    from app.core.db import transaction
    from app.directory import actions as places

    person = invitations.Person(email, given_name, family_name)
    with _app().app_context(), transaction():
        place = places.organization(organization, kind=kind, place=place_named(commune), phone=phone)
        if place is None:
            raise click.ClickException(NO_COMMUNE.format(commune))
        invitations.invite(person, place.id, Role(role), by=None, now=clock.now())
    click.echo("The worker mails the invitation.")


@main.command()
@click.argument("email", callback=lambda _context, _argument, value: value.strip().lower())
@click.option("--because", required=True, help="How this person was recognized; it stays in the audit trail.")
def vouch(email: str, because: str) -> None:
    """Say that a person who lost every passkey is she, for those of her organizations that nobody administers."""
    from sqlalchemy import select

    from app.accounts import recovery
    from app.accounts.models import Account
    from app.accounts.queries import organization_names
    from app.core import clock
    from app.core.db import db, transaction

    with _app().app_context(), transaction():
        account = db.session.scalar(select(Account).where(Account.email == email))
        places = recovery.speak_for_the_silent(account, because=because, now=clock.now()) if account else []
        names = ", ".join(organization_names(places).values())
    if not names:
        raise click.ClickException("no recovery of this person waits for an organization without an administrator")
    click.echo(f"Said for {names}.")


def _app() -> Flask:
    from app import create_app
    from app.core.waiting import COMMAND

    return create_app(waits=COMMAND)


@main.group()
@click.pass_context
def demo(context: click.Context) -> None:
    """The demonstration: invented people, and a day that plays by itself."""
    context.obj = context.with_resource(_app().app_context())


for command in DIRECTORY_COMMANDS:
    directory.add_command(command)


@main.group()
@click.pass_context
def audit(context: click.Context) -> None:
    """The audit trail: does it hold, who looked at a patient's file, what is too old to be kept."""
    context.obj = context.with_resource(_app().app_context())


for command in (trail.verify, trail.report, trail.prune):
    audit.add_command(command)


@main.group()
def pathway() -> None:
    """Care pathways: is a file right, and what does it do."""


pathway.add_command(pathway_commands.check)
pathway.add_command(pathway_commands.show)
main.add_command(pathway_commands.replay)
main.add_command(doctor)

demo.add_command(demonstration.load)
demo.add_command(demonstration.replay)


@main.group()
@click.pass_context
def secrets(context: click.Context) -> None:
    """The key that seals patients' identities, signs cookies and makes links."""
    context.obj = context.with_resource(_app().app_context())


for command in (keys.rotate, keys.check):
    secrets.add_command(command)


@main.group()
@click.pass_context
def vapid(context: click.Context) -> None:
    """The key by which push services know this Relais."""
    context.obj = context.with_resource(_app().app_context())


@vapid.command()
def rotate() -> None:
    """Make a new key. Phones change to it when Relais is opened on them; until then they hear the old one."""
    from app.push import vapid as keys

    click.echo(f"New key: {keys.rotate()}. Back up vapid.pem, and keep the former one until `relais vapid retire`.")


@vapid.command()
def retire() -> None:
    """Forget the former keys that no phone uses any more; exit code 1 when one is still in use."""
    from app.push import queries
    from app.push import vapid as keys

    former = keys.former()
    users = queries.devices_by_key()
    for key in former:
        if devices := users.get(key, 0):
            click.echo(
                f"{key}: {devices} {'device still hears' if devices == 1 else 'devices still hear'} this key alone"
            )
        else:
            keys.retire(key)
            click.echo(f"{key}: retired")
    if not former:
        click.echo("No former key is left.")
    sys.exit(1 if users.keys() & set(former) else 0)


if __name__ == "__main__":
    main()
