"""A need of one patient, and every move it made."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Account
from app.care_requests.rules import State, Verb
from app.core.db import Identified, Model
from app.core.sealed import Sealed
from app.directory.models import Commune, Organization, PractitionerRole, Profession, text_enum
from app.patients.models import Patient


class CareRequest(Identified, Model):
    """One need. `next_move_at` is when someone must act on it by itself; no searching request is without one."""

    __tablename__ = "care_request"
    __table_args__ = (
        CheckConstraint("state <> 'searching' OR next_move_at IS NOT NULL", name="searching_has_next_move"),
        CheckConstraint(
            "state NOT IN ('accepted', 'scheduled', 'started', 'done') OR performer_id IS NOT NULL",
            name="taken_has_performer",
        ),
        CheckConstraint("state <> 'unanswered' OR coordinator_id IS NOT NULL", name="unanswered_has_human"),
        Index("ix_care_request_due", "state", "next_move_at"),
        # Past requests outnumber the open ones a thousand to one: every list of open ones begins by their state.
        Index("ix_care_request_followed", "organization_id", "created_at"),
        Index("ix_care_request_open", "organization_id", "state"),
        Index("ix_care_request_board", "commune_code", "state"),
    )

    pathway: Mapped[str]
    pathway_version: Mapped[int]
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    profession: Mapped[Profession] = mapped_column(text_enum(Profession))
    reason: Mapped[str]
    note: Mapped[str] = mapped_column(Sealed)
    commune_code: Mapped[str] = mapped_column(ForeignKey("commune.code"))
    window_start: Mapped[datetime]
    window_end: Mapped[datetime]
    state: Mapped[State] = mapped_column(text_enum(State))
    next_move_at: Mapped[datetime | None]
    performer_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner_role.id"), index=True)
    coordinator_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    patient: Mapped[Patient] = relationship()
    organization: Mapped[Organization] = relationship()
    author: Mapped[Account] = relationship(foreign_keys=[author_id])
    commune: Mapped[Commune] = relationship()
    performer: Mapped[PractitionerRole | None] = relationship()
    coordinator: Mapped[Account | None] = relationship(foreign_keys=[coordinator_id])
    steps: Mapped[list["Step"]] = relationship(order_by="Step.id", viewonly=True)


class Step(Identified, Model):
    """One move or one thing worth remembering. `state` is what the request became, none when it did not move."""

    __tablename__ = "care_request_step"

    request_id: Mapped[UUID] = mapped_column(ForeignKey("care_request.id"), index=True)
    at: Mapped[datetime]
    kind: Mapped[str]
    state: Mapped[State | None] = mapped_column(text_enum(State))
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    author_name: Mapped[str]
    detail: Mapped[str]


__all__ = ["CareRequest", "State", "Step", "Verb"]
