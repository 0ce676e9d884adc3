"""What an organization makes its own."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import msgspec
from sqlalchemy import CursorResult, delete, func, select, update

from app.audit.actions import record
from app.core.db import db, insert_into, insert_rows, new_id
from app.pathways.library import pathways, version_id_of, whose
from app.pathways.models import PathwayDraft, PathwayVersion, WithheldPathway
from app.pathways.schema import Pathway


def adopt(pathway: Pathway, organization_id: UUID, *, by: UUID, now: datetime) -> Pathway:
    """Put this text of a pathway in force for an organization, as its next version. Requests under way keep theirs.

    The first one of what the catalogue has follows the catalogue's number; any other keeps the number of its file."""
    mine = (PathwayVersion.organization_id == organization_id, PathwayVersion.slug == pathway.slug)
    last = db.session.scalar(select(func.max(PathwayVersion.version)).where(*mine))
    first = pathway.version + 1 if pathway.slug in pathways() else pathway.version
    own = msgspec.structs.replace(pathway, owner=str(organization_id), version=last + 1 if last else first)
    drop_draft(pathway.slug, organization_id)
    _nothing_own(pathway.slug, organization_id)
    version_id = version_id_of(own, now=now)
    db.session.execute(
        update(PathwayVersion).where(PathwayVersion.id == version_id).values(in_force=True, author_id=by)
    )
    record("pathway.adopted", version_id, by, now=now, pathway=pathway.slug)
    return own


def begin_draft(slug: str, table: dict[str, Any], organization_id: UUID, *, by: UUID, now: datetime) -> bool:
    """Begin to write; False when somebody of the organization writes it already, and nothing is changed."""
    row = insert_into(PathwayDraft).values(
        id=new_id(), organization_id=organization_id, slug=slug, body=table, author_id=by, updated_at=now
    )
    return db.session.scalar(row.on_conflict_do_nothing().returning(PathwayDraft.id)) is not None


def draft_to_write(slug: str, organization_id: UUID) -> PathwayDraft | None:
    """The draft, held until the transaction ends, so that two coordinators change it one after the other."""
    statement = select(PathwayDraft).where(*whose(slug, organization_id))
    return db.session.scalar(statement.with_for_update(key_share=True))


def write_draft(draft: PathwayDraft, table: dict[str, Any], *, by: UUID, now: datetime) -> None:
    draft.body, draft.author_id, draft.updated_at = table, by, now


def drop_draft(slug: str, organization_id: UUID) -> None:
    db.session.execute(delete(PathwayDraft).where(*whose(slug, organization_id)))


def set_aside(slug: str, organization_id: UUID, *, by: UUID, now: datetime) -> bool:
    """Go back to the catalogue's version, or withdraw what the catalogue does not have; False when the organization has
    none of its own in force."""
    if not _nothing_own(slug, organization_id):
        return False
    record("pathway.set_aside", organization_id, by, now=now, pathway=slug)
    return True


def withhold(organization_id: UUID, slugs: Collection[str], *, by: UUID, now: datetime) -> None:
    """Offer the people of an organization every pathway but these. Requests under way go on."""
    db.session.execute(delete(WithheldPathway).where(WithheldPathway.organization_id == organization_id))
    insert_rows(WithheldPathway, [{"organization_id": organization_id, "slug": slug} for slug in sorted(slugs)])
    record("organization.requests_set", organization_id, by, now=now, withheld=" ".join(sorted(slugs)))


def _nothing_own(slug: str, organization_id: UUID) -> bool:
    """No version of the organization's own is in force any more."""
    result = db.session.execute(
        update(PathwayVersion)
        .where(PathwayVersion.organization_id == organization_id, PathwayVersion.slug == slug, PathwayVersion.in_force)
        .values(in_force=False)
    )
    return cast(CursorResult[object], result).rowcount > 0
