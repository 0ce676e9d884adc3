"""The circle of care."""

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Account
from app.core.db import Identified, Model, text_enum
from app.directory.models import Practitioner, Profession
from app.patients.models import WHILE_RUNNING


class Told(enum.StrEnum):
    """How it came to be known that somebody usually cares for the person."""

    NAMED = "named"  # somebody who may open her wrote it down, with her agreement
    GROWN = "grown"  # by itself, from care that was accepted or asked for


class CareTeamMember(Identified, Model):
    """A usual professional of a person, one of each profession at a time (FHIR CareTeam.participant, with its period).

    `named_by_id`: whose act it was; none of what grew before this was kept. `until`: none while it is so.
    """

    __tablename__ = "care_team_member"
    __table_args__ = (Index("uq_care_team_member_usual", "patient_id", "profession", **WHILE_RUNNING),)

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    practitioner_id: Mapped[UUID] = mapped_column(ForeignKey("practitioner.id"), index=True)
    profession: Mapped[Profession] = mapped_column(text_enum(Profession))
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    told: Mapped[Told] = mapped_column(text_enum(Told, 10))
    named_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))

    practitioner: Mapped[Practitioner] = relationship(lazy="joined")
    named_by: Mapped[Account | None] = relationship()
