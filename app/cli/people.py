"""`relais invite` and `vouch`: the operator's word where nobody in the house can say it."""

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
