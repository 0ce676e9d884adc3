"""Stays in hospital, the day on which each may end, and what befalls a person."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Account
from app.core.db import Identified, Model, text_enum
from app.core.sealed import Sealed
from app.organizations.models import Organization
from app.patients.models import WHILE_RUNNING
from app.stays.rules import LifeKind, StayEnding

STANDS = text("kind = 'died' AND undone_at IS NULL")


class Stay(Identified, Model):
    """That a person is in hospital (FHIR Encounter), one stay at a time.

    `organization_id`: none while nobody knows where. `until`, `ended`: none while it lasts.
    """

    __tablename__ = "stay"
    __table_args__ = (
        CheckConstraint("(until IS NULL) = (ended IS NULL)", name="ended_somehow"),
        Index("uq_stay_running", "patient_id", **WHILE_RUNNING),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"), index=True)
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    ended: Mapped[StayEnding | None] = mapped_column(text_enum(StayEnding, 20))
    said_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    ended_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))

    organization: Mapped[Organization | None] = relationship()
    expected: Mapped[list["ExpectedExit"]] = relationship(order_by="ExpectedExit.id")


class ExpectedExit(Identified, Model):
    """A day on which a stay was said to end; the last one counts. `why`: what changed, in the words of who said so."""

    __tablename__ = "expected_exit"

    stay_id: Mapped[UUID] = mapped_column(ForeignKey("stay.id"), index=True)
    on: Mapped[date]
    why: Mapped[str] = mapped_column(Sealed, default="")
    said_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]

    said_by: Mapped[Account] = relationship()


class LifeEvent(Identified, Model):
    """A death, or a move: on which day, who said so and when. A death said by mistake is undone and stays written.

    `address_unknown`: she moved, and nobody has written down where to.
    """

    __tablename__ = "life_event"
    __table_args__ = (
        CheckConstraint("(undone_at IS NULL) = (undone_by_id IS NULL)", name="undone_by_somebody"),
        Index("uq_life_event_death", "patient_id", unique=True, sqlite_where=STANDS, postgresql_where=STANDS),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    kind: Mapped[LifeKind] = mapped_column(text_enum(LifeKind, 10))
    on: Mapped[date]
    address_unknown: Mapped[bool] = mapped_column(default=False)
    said_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))

    said_by: Mapped[Account] = relationship(foreign_keys=[said_by_id])
