"""The circle of care."""

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Account
from app.core.db import Identified, Model, text_enum
from app.directory.models import Practitioner, Profession
from app.organizations.models import Organization
from app.patients.models import WHILE_RUNNING
from app.patients.relations import Holder


class Told(enum.StrEnum):
    """How it came to be known that somebody usually cares for the person."""

    NAMED = "named"  # somebody who may open her wrote it down, with her agreement
    GROWN = "grown"  # by itself, from care that was accepted or asked for


@dataclass(frozen=True)
class Usual:
    """Who usually does this for a person: one professional, or a whole practice, nursing service, pharmacy."""

    profession: Profession
    who: Practitioner | Organization

    @classmethod
    def herself(cls, practitioner: Practitioner) -> Self:
        return cls(practitioner.profession, practitioner)

    @property
    def holder(self) -> Holder:
        if isinstance(self.who, Organization):
            return Holder(organization_id=self.who.id)
        return Holder(practitioner_id=self.who.id)


class CareTeamMember(Identified, Model):
    """Who usually does this for a person, one of each profession at a time: a professional, or a place and whoever does
    it there (FHIR CareTeam.participant, with its period; its member is a Practitioner or an Organization).

    `named_by_id`: whose act it was; none of what grew before this was kept. `until`: none while it is so.
    """

    __tablename__ = "care_team_member"
    __table_args__ = (
        CheckConstraint("(organization_id IS NULL) <> (practitioner_id IS NULL)", name="one_member"),
        Index("uq_care_team_member_usual", "patient_id", "profession", **WHILE_RUNNING),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    practitioner_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner.id"), index=True)
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"), index=True)
    profession: Mapped[Profession] = mapped_column(text_enum(Profession))
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    told: Mapped[Told] = mapped_column(text_enum(Told, 10))
    named_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))

    practitioner: Mapped[Practitioner | None] = relationship(lazy="joined")
    organization: Mapped[Organization | None] = relationship(lazy="joined")
    named_by: Mapped[Account | None] = relationship()

    @property
    def who(self) -> Practitioner | Organization:
        who = self.practitioner or self.organization
        if who is None:
            raise ValueError("a member of no circle")  # Its constraint says otherwise.
        return who

    @property
    def name(self) -> str:
        return self.who.name

    @property
    def initials(self) -> str:
        return self.practitioner.initials if self.practitioner else self.name[:2].upper()

    @property
    def phone(self) -> str:
        return self.who.phone
