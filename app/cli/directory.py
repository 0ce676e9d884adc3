"""`relais directory …`: how an instance learns who works where."""

from collections.abc import Iterable
from typing import BinaryIO

import click
from sqlalchemy import select
from sqlalchemy.exc import OperationalError, ProgrammingError

from app import clock
from app.accounts.models import Account
from app.cli import context
from app.core.db import db, transaction
from app.directory import actions
from app.directory.annuaire import WrongExtract
from app.directory.importing import import_practitioners
from app.directory.models import Practitioner, Profession
from app.directory.queries import services
from app.directory.words import SERVICES, SKILLS
from app.language.phones import WrongNumber, read_number
from app.organizations.actions import import_communes, organization_named, set_territory
from app.organizations.places import Place, place_meant
from app.organizations.postal_file import WHERE, WrongPostalFile, decoded

TEXT = click.File(encoding="utf-8-sig", errors="replace")

NO_COMMUNE = "no commune is called {!r}, and none has it as a code: run directory communes first, then give --commune"
UNPLACED = (
    "{} communes have no position: one can be born and live there, but nobody can be looked for around them. After "
    "this file, load one with coordonnees_gps, or with code_insee, latitude and longitude."
)


@click.group()
@click.pass_context
def directory(called: click.Context) -> None:
    """Who works where: communes, professionals, territories."""
    context.enter(called)


def place_named(commune: str) -> Place | None:
    """The one commune that an operator means, told back; None when there is none. Among several she is asked."""
    meant = place_meant(commune)
    if meant.place is None and meant.choices:
        choices = "\n  ".join(each.written for each in meant.choices)
        raise click.UsageError(f"{commune!r} may be one of these, write which:\n  {choices}")
    if meant.place:
        click.echo(meant.place.understood, err=True)
    return meant.place


def telephone(_context: click.Context, _option: click.Parameter, written: str) -> str:
    """In E.164; an option that was left out stays empty."""
    try:
        return read_number(written) if written else ""
    except WrongNumber:
        raise click.BadParameter(f"no telephone has the number {written!r}") from None


@directory.command("communes")
@click.argument("file", type=click.File("rb"))
def communes(file: BinaryIO) -> None:
    """Load the communes of France from La Poste's Base officielle des codes postaux, or only their positions."""
    try:
        with transaction():
            loaded = import_communes(decoded(file.read()))
    except (OSError, WrongPostalFile) as wrong:
        raise click.UsageError(f"{file.name}: {wrong}") from None
    except (OperationalError, ProgrammingError) as error:
        raise click.UsageError(
            f"the database cannot take them, was it migrated? (relais migrate): {error.orig}"
        ) from None
    if not loaded.communes and not loaded.positions:
        raise click.UsageError(f"{file.name}: no line of this file names a commune: download it again from {WHERE}")
    click.echo(f"{loaded.communes} communes, {loaded.postal_codes} postal codes, {loaded.positions} positions")
    if loaded.unplaced:
        click.echo(UNPLACED.format(loaded.unplaced))


@directory.command("import")
@click.argument("file", type=TEXT)
@click.option("--department", default="", help="Only this one, by the start of its INSEE codes: 91, 2A, 974.")
def practitioners(file: Iterable[str], department: str) -> None:
    """Load professionals in private practice from the Annuaire Santé's PS_LibreAcces_Personne_activite."""
    try:
        with transaction():
            imported = import_practitioners(file, department)
    except WrongExtract as wrong:
        raise click.ClickException(str(wrong)) from None
    click.echo(
        f"{imported.written} professionals, {imported.nowhere} lines in no commune with a known position, "
        f"{imported.wrong_numbers} telephone numbers that cannot be"
    )


@directory.command("territory")
@click.argument("organization")
@click.option("--department", required=True, help="It will answer for every commune here that has no coordinator yet.")
@click.option("--commune", default="", help="Postal code or name of its own commune, when it is new.")
@click.option("--phone", default="", callback=telephone, help="Its number, when it is new.")
def territory(organization: str, department: str, commune: str, phone: str) -> None:
    """Say which organization's coordinators take over what nobody answered."""
    with transaction():
        place = organization_named(organization, kind="cpts", place=place_named(commune), phone=phone)
        if place is None:
            raise click.ClickException(NO_COMMUNE.format(commune))
        click.echo(f"{set_territory(place, department)} communes")


@directory.command("enrol")
@click.argument("rpps")
@click.argument("email", callback=lambda _context, _argument, value: value.strip().lower())
def enrol(rpps: str, email: str) -> None:
    """Invite a professional of the directory by mail; requests are offered to this person once she has come in."""
    with transaction():
        person = db.session.scalar(select(Practitioner).where(Practitioner.rpps == rpps))
        if person is None or person.role is None:
            raise click.ClickException(f"nobody in the directory has the number {rpps}")
        known = db.session.get(Account, person.account_id) if person.account_id else None
        if known is not None and known.is_active:
            raise click.ClickException(f"{person.name} has an account already")
        actions.invite(person, email, by=None, now=clock.now())
    click.echo("The worker mails the invitation.")


@directory.command("service")
@click.argument("organization")
@click.option(
    "--kind", type=click.Choice([kind.value for kind in SERVICES]), required=True, help="What it is asked for."
)
@click.option(
    "--skill", multiple=True, type=click.Choice([*SKILLS]), help="What it has, for instance its kind of beds."
)
@click.option("--commune", default="", help="Postal code or name of its commune, when it is new.")
@click.option("--phone", default="", callback=telephone, help="Its number, when it is new.")
def service(organization: str, kind: str, skill: tuple[str, ...], commune: str, phone: str) -> None:
    """Let a ward, a nursing home, a laboratory, a DAC… be asked as one. Whoever is invited there with the
    role practitioner answers for it."""
    with transaction():
        place = organization_named(organization, kind=kind, place=place_named(commune), phone=phone)
        if place is None:
            raise click.ClickException(NO_COMMUNE.format(commune))
        known = {role.organization_id for role in services(Profession(kind))}
        if place.id in known:
            raise click.ClickException(f"{organization} is asked for this already")
        try:
            actions.add_service(place, Profession(kind), skill)
        except actions.Nowhere as nowhere:
            raise click.ClickException(f"nobody knows where {nowhere} lies: load its position first") from None
    click.echo("It can be asked once somebody has come in who answers for it.")
