"""The plan of a folder: its parts as they stand, every version of them, and what she agreed to."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Account
from app.care_requests.models import CareRequest
from app.core.db import Identified, Model, text_enum
from app.core.sealed import Sealed
from app.folders.models import Folder, FolderMember
from app.plans.rules import PartState, PlanKind, PlanVerb
from app.relatives.models import RelatedPerson


class CarePlan(Identified, Model):
    """The personalised coordination plan of one folder (HAS 2019; FHIR CarePlan). `version`: the number of the last
    change; whoever writes locks this row first, so that each number is given once."""

    __tablename__ = "care_plan"

    folder_id: Mapped[UUID] = mapped_column(ForeignKey("folder.id"), unique=True)
    version: Mapped[int] = mapped_column(default=0)

    folder: Mapped[Folder] = relationship()


class CarePlanPart(Identified, Model):
    """One line of it as it stands (FHIR Goal, CarePlan.activity). `content`: JSON, as `rules.Content`; `version`: the
    one that changed it last. Its id is given when its form is shown: sent twice, it is one."""

    __tablename__ = "care_plan_part"

    plan_id: Mapped[UUID] = mapped_column(ForeignKey("care_plan.id"), index=True)
    kind: Mapped[PlanKind] = mapped_column(text_enum(PlanKind, 10))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("care_plan_part.id"))
    rank: Mapped[int]
    state: Mapped[PartState] = mapped_column(text_enum(PartState, 15))
    content: Mapped[str] = mapped_column(Sealed)
    version: Mapped[int]

    plan: Mapped[CarePlan] = relationship()


class CarePlanVersion(Identified, Model):
    """One change of the plan: which part, and as what it left it. Never changed, never removed before the record ends.
    `author_id`: none: the person herself, in her space."""

    __tablename__ = "care_plan_version"
    __table_args__ = (UniqueConstraint("plan_id", "number"),)

    plan_id: Mapped[UUID] = mapped_column(ForeignKey("care_plan.id"))
    number: Mapped[int]
    part_id: Mapped[UUID] = mapped_column(ForeignKey("care_plan_part.id"), index=True)
    verb: Mapped[PlanVerb] = mapped_column(text_enum(PlanVerb, 10))
    parent_id: Mapped[UUID | None]
    rank: Mapped[int]
    state: Mapped[PartState] = mapped_column(text_enum(PartState, 15))
    content: Mapped[str] = mapped_column(Sealed)
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]

    author: Mapped[Account | None] = relationship()
    part: Mapped[CarePlanPart] = relationship()


class CarePlanAction(Model):
    """What the clock and an owner's list need of an action, written with each version of its part and nowhere else.

    `member_id`, `related_id`: whose it is; neither: the person's own. `request_id`: the care request that it is; what
    became of it is read there. `asked_at`: since when the owner is asked; `said`: of `rules.ActionStep`, what was heard
    of it since; `look_at`: when the next of them is due.
    """

    __tablename__ = "care_plan_action"
    __table_args__ = (CheckConstraint("member_id IS NULL OR related_id IS NULL", name="one_owner"),)

    part_id: Mapped[UUID] = mapped_column(ForeignKey("care_plan_part.id"), primary_key=True)
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("folder_member.id"), index=True)
    related_id: Mapped[UUID | None] = mapped_column(ForeignKey("related_person.id", ondelete="SET NULL"), index=True)
    request_id: Mapped[UUID | None] = mapped_column(ForeignKey("care_request.id"), index=True)
    due: Mapped[date | None]
    asked_at: Mapped[datetime]
    said: Mapped[list[str]] = mapped_column(default=list)
    look_at: Mapped[datetime | None] = mapped_column(index=True)

    part: Mapped[CarePlanPart] = relationship()
    member: Mapped[FolderMember | None] = relationship()
    related: Mapped[RelatedPerson | None] = relationship()
    request: Mapped[CareRequest | None] = relationship()


class CarePlanAgreement(Identified, Model):
    """That the person, or who decides for her, agreed to the plan as it stood at one version.

    `how`: of `words.TOLD_HOW`; `on`: the day; `recorded_by_id`: none: herself, in her space. `copies`: to whom it goes,
    in the words of who wrote it down.
    """

    __tablename__ = "care_plan_agreement"

    plan_id: Mapped[UUID] = mapped_column(ForeignKey("care_plan.id"), index=True)
    version: Mapped[int]
    how: Mapped[str]
    on: Mapped[date]
    copies: Mapped[str] = mapped_column(Sealed, default="")
    recorded_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]

    recorded_by: Mapped[Account | None] = relationship()
