"""`relais pathway check` and `show`, and `relais replay`."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask import Flask

from app.pathways.drawing import lines
from app.pathways.library import load_catalog
from app.pathways.reading import WrongPathway, read_pathway

if TYPE_CHECKING:
    from app.directory.models import Organization
    from app.pathways.schema import Pathway

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.argument("file", type=FILE)
def check(file: Path) -> None:
    """Read a pathway file; exit code 1, and the file, the line and the key, when something is wrong with it."""
    pathway = read(file)
    click.echo(f"{file.name}: {pathway.title}, version {pathway.version}: well")


def read(file: Path) -> "Pathway":
    try:
        return read_pathway(file)
    except WrongPathway as wrong:
        raise click.ClickException(str(wrong)) from None
    except UnicodeDecodeError:
        raise click.ClickException(f"{file.name}: it is not UTF-8 text") from None


@click.command()
@click.argument("slug")
@click.option("--organization", default="", help="By name: the version that it has in force.")
@click.pass_obj
def show(application: Callable[[], Flask], slug: str, organization: str) -> None:
    """Draw a pathway: its stages, what it asks, who signs, what follows."""
    from app.directory.words import PROFESSIONS

    if organization:
        with application().app_context():
            pathway = of_organization(slug, organization_named(organization))
    else:
        pathway = load_catalog().get(slug) or unknown(slug)
    for line in lines(pathway, PROFESSIONS):
        click.echo(line)


def unknown(slug: str) -> "Pathway":
    raise click.ClickException(f"no pathway {slug!r}; there are {', '.join(load_catalog())}")


def of_organization(slug: str, place: "Organization") -> "Pathway":
    from app.care_requests.queries import rulebooks

    return rulebooks([place.id]).get(slug) or unknown(slug)


def organization_named(name: str) -> "Organization":
    from sqlalchemy import select

    from app.core.db import db
    from app.directory.models import Organization

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
@click.pass_obj
def replay(
    application: Callable[[], Flask],
    slug: str,
    organization: str,
    file: Path | None,
    version: int | None,
    since: datetime | None,
    limit: int,
) -> None:
    """Play past requests under another version of their pathway: what if?"""
    from app.core import clock
    from app.simulation import replay as past

    if (file is None) == (version is None):
        raise click.ClickException("say which version: --file or --version")
    with application().app_context():
        place = organization_named(organization)
        other = read(file) if file else numbered(slug, place, version or 0)
        begun = since.replace(tzinfo=clock.PARIS) if since else None
        found = past.past_requests(slug, [place.id], since=begun, limit=limit)
        for line in past.lines(past.replayed(found, other)):
            click.echo(line)


def numbered(slug: str, place: "Organization", version: int) -> "Pathway":
    from app.pathways.library import versions_of

    known = {pathway.version: pathway for _row, pathway in versions_of(slug, place.id)}
    if version not in known:
        raise click.ClickException(f"{place.name} has no version {version} of {slug}: {sorted(known) or 'none'}")
    return known[version]
