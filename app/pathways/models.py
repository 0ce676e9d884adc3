"""Every version of a pathway that a request was started with, those that organizations made their own, and what they
are writing."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Identified, Model


class PathwayVersion(Identified, Model):
    """A pathway as it was on one day; never changed. `body` is the pathway itself, as JSON.

    Of the catalogue when `organization_id` is none, else that organization's own. At most one of an organization's
    versions is in force; requests keep the one they started with.
    """

    __tablename__ = "pathway_version"
    __table_args__ = (
        UniqueConstraint("organization_id", "slug", "version"),
        Index(
            "uq_pathway_version_in_force",
            "organization_id",
            "slug",
            unique=True,
            sqlite_where=text("in_force"),
            postgresql_where=text("in_force"),
        ),
    )

    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"))
    slug: Mapped[str]
    version: Mapped[int]
    digest: Mapped[str] = mapped_column(unique=True)  # of the owner and the body
    body: Mapped[str]
    in_force: Mapped[bool] = mapped_column(default=False)
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]


class PathwayDraft(Identified, Model):
    """What an organization writes of a pathway before it is in force: one text, which its coordinators share.

    `body`: the table of its file as JSON, parts of which may still be missing.
    """

    __tablename__ = "pathway_draft"
    __table_args__ = (UniqueConstraint("organization_id", "slug"),)

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    slug: Mapped[str]
    body: Mapped[dict[str, Any]]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    updated_at: Mapped[datetime]


class WithheldPathway(Model):
    """A pathway that the people of an organization are not offered, because its administrator said so."""

    __tablename__ = "withheld_pathway"

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), primary_key=True)
    slug: Mapped[str] = mapped_column(primary_key=True)
