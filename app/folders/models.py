"""A person's coordination folder, who is in its team, and every move of it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Account
from app.core.db import Identified, Model, text_enum
from app.core.sealed import Sealed
from app.directory.models import Practitioner
from app.folders.rules import (
    PRESENT,
    RUNNING_FOLDER,
    CriticalMoment,
    FolderEnding,
    FolderState,
    MemberState,
    Seat,
)
from app.organizations.models import Organization
from app.patients.models import Patient
from app.patients.relations import Holder

STILL_RUNS = text("ended_at IS NULL")
WHILE_IT_RUNS: dict[str, Any] = {"unique": True, "sqlite_where": STILL_RUNS, "postgresql_where": STILL_RUNS}

LEADS = text("is_referent")
ONE_LEADS: dict[str, Any] = {"unique": True, "sqlite_where": LEADS, "postgresql_where": LEADS}


class Folder(Identified, Model):
    """That somebody coordinates the care of a person, why and until when (FHIR EpisodeOfCare with its CareTeam).

    `territory_id`: whose coordinators watch over it, the territory of her commune; where none is drawn, the
    organization that opened it. One runs at a time for a person there. `why`: in the words of who opened it.
    `organization_id`: where it was opened; whoever works there reads it before the person agreed.
    `informed_…`: that she was told of it, how and by whom; `agreed_at`: that she, or who decides for her, said yes to
    its being shared with the team.
    `ask_at`: when the référent is asked to look at it again; none once she was (`asked_at`), and while nobody
    coordinates.
    """

    __tablename__ = "folder"
    __table_args__ = (
        CheckConstraint("level IN (1, 2, 3)", name="known_level"),
        CheckConstraint("(ended_at IS NOT NULL) = (state IN ('closed', 'objected'))", name="ended_somehow"),
        CheckConstraint("(state = 'closed') = (ending IS NOT NULL)", name="closed_with_reason"),
        CheckConstraint(
            "state NOT IN ('proposed', 'open', 'paused') OR agreed_at IS NOT NULL", name="shared_if_agreed"
        ),
        Index("uq_folder_running", "patient_id", "territory_id", **WHILE_IT_RUNS),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    territory_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), index=True)
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    state: Mapped[FolderState] = mapped_column(text_enum(FolderState, 10), default=FolderState.DRAFT)
    moment: Mapped[CriticalMoment] = mapped_column(text_enum(CriticalMoment, 20))
    why: Mapped[str] = mapped_column(Sealed)
    level: Mapped[int]
    review_on: Mapped[date]
    ask_at: Mapped[datetime | None] = mapped_column(index=True)
    asked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    informed_at: Mapped[datetime | None]
    informed_how: Mapped[str | None]  # of `words.INFORMED`
    informed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    agreed_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ending: Mapped[FolderEnding | None] = mapped_column(text_enum(FolderEnding, 20))
    relay: Mapped[str | None] = mapped_column(Sealed)  # who goes on

    patient: Mapped[Patient] = relationship()
    organization: Mapped[Organization] = relationship(foreign_keys=[organization_id])
    informed_by: Mapped[Account | None] = relationship(foreign_keys=[informed_by_id])
    members: Mapped[list["FolderMember"]] = relationship(order_by="FolderMember.id", back_populates="folder")

    @property
    def is_running(self) -> bool:
        return self.state in RUNNING_FOLDER

    @property
    def team(self) -> list["FolderMember"]:
        """Who is in it, or was chosen or asked: the référent first."""
        there = [each for each in self.members if each.state in PRESENT]
        return sorted(there, key=lambda each: (not each.is_referent, each.id))

    @property
    def referent(self) -> "FolderMember | None":
        """Who coordinates, or was chosen to; none when she has left and nobody has taken it over."""
        return next((each for each in self.team if each.is_referent), None)

    @property
    def seats(self) -> list[Seat]:
        return [Seat(each.state, each.is_referent) for each in self.members]


class FolderMember(Identified, Model):
    """One of the team (FHIR CareTeam.participant): a professional of the directory; a place and whoever does it there;
    or, of a place, one person who signs in and is not in the directory, as case managers are not.

    `told_by_id`: who wrote her answer down, where she said it on the telephone; none: she tapped it.
    `asked_to_lead_at`: the référent asked her to take the role over.
    """

    __tablename__ = "folder_member"
    __table_args__ = (
        CheckConstraint("(organization_id IS NULL) <> (practitioner_id IS NULL)", name="one_place"),
        CheckConstraint("account_id IS NULL OR organization_id IS NOT NULL", name="somebody_of_a_place"),
        Index("uq_folder_member_referent", "folder_id", **ONE_LEADS),
    )

    folder_id: Mapped[UUID] = mapped_column(ForeignKey("folder.id"), index=True)
    practitioner_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner.id"), index=True)
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"), index=True)
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), index=True)
    state: Mapped[MemberState] = mapped_column(text_enum(MemberState, 10))
    is_referent: Mapped[bool] = mapped_column(default=False)
    asked_to_lead_at: Mapped[datetime | None]
    named_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    told_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    left_at: Mapped[datetime | None]

    folder: Mapped[Folder] = relationship(back_populates="members")
    practitioner: Mapped[Practitioner | None] = relationship(lazy="joined")
    organization: Mapped[Organization | None] = relationship(lazy="joined")
    account: Mapped[Account | None] = relationship(foreign_keys=[account_id])

    @property
    def holder(self) -> Holder:
        """Who finds and opens the person because of it."""
        return Holder(self.organization_id, self.practitioner_id)

    @property
    def name(self) -> str:
        who = self.practitioner or self.account or self.organization
        if who is None:
            raise ValueError("a member who is nobody")  # Its constraint says otherwise.
        return who.name

    @property
    def phone(self) -> str:
        place = self.practitioner or self.organization
        return place.phone if place else ""

    @property
    def initials(self) -> str:
        person = self.practitioner or self.account
        return person.initials if person else self.name[:2].upper()


class FolderStep(Identified, Model):
    """A moment of a folder's life: a move to another `state`, or something else worth reading (`kind`: of
    `words.STEPS`). `about`: the member it is about, by name as it was that day; `reason`: in the words of who said it.
    """

    __tablename__ = "folder_step"

    folder_id: Mapped[UUID] = mapped_column(ForeignKey("folder.id"), index=True)
    kind: Mapped[str]
    state: Mapped[FolderState | None] = mapped_column(text_enum(FolderState, 10))
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    about: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(Sealed, default="")
    at: Mapped[datetime]

    author: Mapped[Account | None] = relationship()
