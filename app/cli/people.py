"""`relais invite` and `vouch`: the operator's word where nobody in the house can say it. `relais patients join`: what
an upgrade cannot do by itself."""

import sys

import click
from sqlalchemy import select

from app import clock
from app.accounts.models import Account, Role
from app.cli import context
from app.cli.directory import NO_COMMUNE, place_named, telephone
from app.core.db import db, transaction
from app.membership import invitations, recovery
from app.organizations.actions import organization_named
from app.organizations.queries import names_of
from app.patients import joining


def lower(_context: click.Context, _argument: click.Parameter, written: str) -> str:
    return written.strip().lower()


@click.command()
@click.argument("email", callback=lower)
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
    invitee = invitations.Invitee(email, given_name, family_name)
    with context.application().app_context(), transaction():
        place = organization_named(organization, kind=kind, place=place_named(commune), phone=phone)
        if place is None:
            raise click.ClickException(NO_COMMUNE.format(commune))
        invitations.invite(invitee, place.id, Role(role), by=None, now=clock.now())
    click.echo("The worker mails the invitation.")


@click.command()
@click.argument("email", callback=lower)
@click.option("--because", required=True, help="How this person was recognized; it stays in the audit trail.")
def vouch(email: str, because: str) -> None:
    """Say that a person who lost every passkey is she, for those of her organizations that nobody administers."""
    with context.application().app_context(), transaction():
        account = db.session.scalar(select(Account).where(Account.email == email))
        places = recovery.speak_for_the_silent(account, because=because, now=clock.now()) if account else []
        names = ", ".join(names_of(places).values())
    if not names:
        raise click.ClickException("no recovery of this person waits for an organization without an administrator")
    click.echo(f"Said for {names}.")


@click.group()
@click.pass_context
def patients(called: click.Context) -> None:
    """The people whom this instance cares for."""
    context.enter(called)


@patients.command()
@click.option("--batch", default=200, show_default=True, type=click.IntRange(1, 10_000), help="Records between lines.")
def join(batch: int) -> None:
    """Once after an upgrade: join the records that say the same of one person, in every strict trait, and show those
    that nearly do to the coordination. Stopped at any point, run it again: it goes on from there.

    Each join can be undone on the coordination's list of duplicates. Exit code 1 when a record could not be compared.
    """
    tried = 0
    for done in joining.join(batch, clock.now()):
        tried += done
        click.echo(f"{tried} records compared")
    left = joining.uncompared()
    click.echo(f"{left} could not be: the log says why" if left else "Every record is compared.")
    sys.exit(1 if left else 0)
