"""`relais pathway check` and `show`, and `relais replay`."""

from datetime import datetime
from pathlib import Path

import click
from sqlalchemy import select

from app import clock
from app.care_requests.queries import rulebooks
from app.cli import context
from app.core.db import db
from app.core.files import WrongFile
from app.directory.words import PROFESSIONS
from app.organizations.models import Organization
from app.pathways.drawing import lines
from app.pathways.library import load_catalog, versions_of
from app.pathways.reading import read_pathway
from app.pathways.schema import Pathway
from app.simulation import replay as past

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group()
def pathway() -> None:
    """Care pathways: is a file right, and what does it do."""


@pathway.command()
@click.argument("file", type=FILE)
def check(file: Path) -> None:
    """Read a pathway file; exit code 1, and the file, the line and the key, when something is wrong with it."""
    right = read(file)
    click.echo(f"{file.name}: {right.title}, version {right.version}: well")


def read(file: Path) -> Pathway:
    try:
        return read_pathway(file)
    except WrongFile as wrong:
        raise click.ClickException(str(wrong)) from None
    except UnicodeDecodeError:
        raise click.ClickException(f"{file.name}: it is not UTF-8 text") from None


@pathway.command()
@click.argument("slug")
@click.option("--organization", default="", help="By name: the version that it has in force.")
def show(slug: str, organization: str) -> None:
    """Draw a pathway: its stages, what it asks, who signs, what follows."""
    if organization:
        with context.application().app_context():
            drawn = of_organization(slug, organization_named(organization))
    else:
        drawn = load_catalog().get(slug) or unknown(slug)
    for line in lines(drawn, PROFESSIONS):
        click.echo(line)


def unknown(slug: str) -> Pathway:
    raise click.ClickException(f"no pathway {slug!r}; there are {', '.join(load_catalog())}")


def of_organization(slug: str, place: Organization) -> Pathway:
    return rulebooks([place.id]).get(slug) or unknown(slug)


def organization_named(name: str) -> Organization:
    found = db.session.scalars(select(Organization).where(Organization.name == name).limit(2)).all()
    if len(found) != 1:
        raise click.ClickException(f"{len(found) or 'no'} organizations are named {name!r}")
    return found[0]


@click.command()
@click.option("--pathway", "slug", required=True, help="Whose past requests are played.")
@click.option("--organization", required=True, help="By name: whose requests; a territory's are those of its communes.")
@click.option("--file", type=FILE, help="The other version, as a file.")
@click.option("--version", type=int, help="The other version, by its number among the organization's own.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Requests asked from that day on.")
@click.option("--limit", default=2000, show_default=True, type=click.IntRange(1), help="At most so many, the newest.")
def replay(
    slug: str,
    organization: str,
    file: Path | None,
    version: int | None,
    since: datetime | None,
    limit: int,
) -> None:
    """Play past requests under another version of their pathway: what if?"""
    if (file is None) == (version is None):
        raise click.ClickException("say which version: --file or --version")
    with context.application().app_context():
        place = organization_named(organization)
        other = read(file) if file else numbered(slug, place, version or 0)
        begun = since.replace(tzinfo=clock.PARIS) if since else None
        found = past.past_requests(slug, [place.id], since=begun, limit=limit)
        for line in past.comparison_lines(past.replayed(found, other)):
            click.echo(line)


def numbered(slug: str, place: Organization, version: int) -> Pathway:
    known = {each.version: each for _row, each in versions_of(slug, place.id)}
    if version not in known:
        raise click.ClickException(f"{place.name} has no version {version} of {slug}: {sorted(known) or 'none'}")
    return known[version]
