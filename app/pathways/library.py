"""The pathways that this Relais knows: those of the catalogue, those that organizations made their own, and every
version that a request was ever started with."""

from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import cast
from uuid import UUID

import msgspec
from flask import current_app
from sqlalchemy import ColumnElement, select

from app.core.db import db, written_once
from app.pathways.models import PathwayDraft, PathwayVersion, WithheldPathway
from app.pathways.reading import read_pathway
from app.pathways.schema import Pathway

CATALOG = Path(__file__).parent / "catalog"


def load_catalog(folder: Path = CATALOG) -> dict[str, Pathway]:
    read = (read_pathway(path) for path in folder.glob("*.toml"))
    return {pathway.slug: pathway for pathway in sorted(read, key=lambda pathway: pathway.order)}


def pathways() -> dict[str, Pathway]:
    """The catalogue: by slug, in the order in which they are offered."""
    return cast(dict[str, Pathway], current_app.extensions["pathways"])


def in_force(organization_ids: Sequence[UUID]) -> dict[str, Pathway]:
    """By slug, in the order in which they are offered: the first of these organizations' own, else the catalogue's; and
    those that only these organizations have."""
    statement = select(PathwayVersion).where(
        PathwayVersion.organization_id.in_(organization_ids), PathwayVersion.in_force
    )
    rows = sorted(
        db.session.scalars(statement), key=lambda row: organization_ids.index(cast(UUID, row.organization_id))
    )
    own = {row.slug: version(row.id) for row in reversed(rows)}
    offered = {**pathways(), **own}
    return {slug: offered[slug] for slug in sorted(offered, key=lambda slug: offered[slug].order)} if own else offered


def withheld(organization_ids: Collection[UUID]) -> dict[UUID, set[str]]:
    """The slugs that the people of each of these organizations are not offered."""
    found: dict[UUID, set[str]] = {each: set() for each in organization_ids}
    for row in db.session.scalars(select(WithheldPathway).where(WithheldPathway.organization_id.in_(organization_ids))):
        found[row.organization_id].add(row.slug)
    return found


def version(version_id: UUID) -> Pathway:
    """The pathway as it was when a request was started. A version never changes, so that it is read once."""
    known: dict[UUID, Pathway] = current_app.extensions["pathway_versions"]
    if version_id not in known:
        row = db.session.get_one(PathwayVersion, version_id)
        known[version_id] = msgspec.json.decode(row.body, type=Pathway)
    return known[version_id]


def version_id_of(pathway: Pathway, *, now: datetime) -> UUID:
    """The id of the row that holds this very pathway; written at its first use."""
    return written_once(
        PathwayVersion,
        msgspec.json.encode(pathway),
        organization_id=UUID(pathway.owner) if pathway.owner else None,
        slug=pathway.slug,
        version=pathway.version,
        in_force=False,
        created_at=now,
    )


def versions_of(slug: str, organization_id: UUID) -> list[tuple[PathwayVersion, Pathway]]:
    """An organization's own versions of a pathway, the newest first, each with its row."""
    rows = db.session.scalars(
        select(PathwayVersion)
        .where(PathwayVersion.organization_id == organization_id, PathwayVersion.slug == slug)
        .order_by(PathwayVersion.version.desc())
    )
    return [(row, version(row.id)) for row in rows]


def set_aside_by(organization_id: UUID) -> list[Pathway]:
    """What an organization made and has no longer in force, in its last version; not what the catalogue has too."""
    rows = db.session.scalars(
        select(PathwayVersion)
        .where(PathwayVersion.organization_id == organization_id, PathwayVersion.slug.not_in(pathways()))
        .order_by(PathwayVersion.version)
    )
    last: dict[str, UUID] = {}
    in_force: set[str] = set()
    for row in rows:
        last[row.slug] = row.id
        if row.in_force:
            in_force.add(row.slug)
    return [version(last[slug]) for slug in sorted(last.keys() - in_force)]


def draft_of(slug: str, organization_id: UUID) -> PathwayDraft | None:
    return db.session.scalar(select(PathwayDraft).where(*whose(slug, organization_id)))


def drafts_of(organization_id: UUID) -> Sequence[PathwayDraft]:
    """The last one written first."""
    mine = select(PathwayDraft).where(PathwayDraft.organization_id == organization_id)
    return db.session.scalars(mine.order_by(PathwayDraft.updated_at.desc(), PathwayDraft.id)).all()


def whose(slug: str, organization_id: UUID) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return PathwayDraft.organization_id == organization_id, PathwayDraft.slug == slug
