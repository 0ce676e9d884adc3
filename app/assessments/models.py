"""Assessments of a person, and every version of a grid that one was made with."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Account
from app.core.db import Identified, Model
from app.core.sealed import Sealed
from app.organizations.models import Organization


class GridVersion(Identified, Model):
    """A grid as it was on one day; never changed. `body` is the grid itself, as JSON."""

    __tablename__ = "grid_version"

    slug: Mapped[str]
    digest: Mapped[str] = mapped_column(unique=True)
    body: Mapped[str]
    created_at: Mapped[datetime]


class Assessment(Identified, Model):
    """What somebody saw of a person, by a `grid` (its slug; FHIR QuestionnaireResponse). `answers`: JSON, as
    `rules.result_of` takes them. `withdrawn_at`: its author takes it back; it stays written, and counts no more."""

    __tablename__ = "assessment"
    __table_args__ = (Index("ix_assessment_patient_id_at", "patient_id", "at"),)

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    grid: Mapped[str]
    version_id: Mapped[UUID] = mapped_column(ForeignKey("grid_version.id"))
    answers: Mapped[str] = mapped_column(Sealed)
    remark: Mapped[str] = mapped_column(Sealed, default="")
    author_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    author: Mapped[Account] = relationship()
    organization: Mapped[Organization] = relationship()
