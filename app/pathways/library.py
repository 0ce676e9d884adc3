"""The pathways that this Relais knows: those of the catalogue, those that organizations made their own, and every
version that a request was ever started with."""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import cast
from uuid import UUID

import msgspec
from flask import current_app
from sqlalchemy import select

from app.core.db import db, insert_into, new_id
from app.pathways.models import PathwayVersion, WithheldPathway
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
    """By slug, for whoever asks: the first of these organizations that has one of its own, else the catalogue's."""
    statement = select(PathwayVersion).where(
        PathwayVersion.organization_id.in_(organization_ids), PathwayVersion.in_force
    )
    rows = sorted(
        db.session.scalars(statement), key=lambda row: organization_ids.index(cast(UUID, row.organization_id))
    )
    own = {row.slug: version(row.id) for row in reversed(rows)}
    return {slug: own.get(slug, pathway) for slug, pathway in pathways().items()}


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
    body = msgspec.json.encode(pathway)
    digest = hashlib.sha256(body).hexdigest()
    this = select(PathwayVersion.id).where(PathwayVersion.digest == digest)
    found = db.session.scalar(this)
    if found is None:
        row = insert_into(PathwayVersion).values(
            id=new_id(),
            organization_id=UUID(pathway.owner) if pathway.owner else None,
            slug=pathway.slug,
            version=pathway.version,
            digest=digest,
            body=body.decode(),
            in_force=False,
            created_at=now,
        )
        db.session.execute(row.on_conflict_do_nothing())  # Two requests may be its first use at once.
        found = db.session.scalars(this).one()
    return found


def versions_of(slug: str, organization_id: UUID) -> list[tuple[PathwayVersion, Pathway]]:
    """An organization's own versions of a pathway, the newest first, each with its row."""
    rows = db.session.scalars(
        select(PathwayVersion)
        .where(PathwayVersion.organization_id == organization_id, PathwayVersion.slug == slug)
        .order_by(PathwayVersion.version.desc())
    )
    return [(row, version(row.id)) for row in rows]
