"""Estimates of what is left to pay, requests to those who might pay, and what an assistance contract says."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Account
from app.core.db import Identified, Model, text_enum
from app.core.sealed import Sealed
from app.funding.rules import EstimateState, Funder, FundingState
from app.organizations.models import Organization

STANDS = text("replaced_at IS NULL")


class Estimate(Identified, Model):
    """What care may leave to pay, as it was reckoned on one day: its figures never change by themselves.

    `rates`: the name of the file that it was reckoned with. `situation`, `services`, `counted`: JSON, as
    `counting.FundingSituation`, a list of `WantedService` and `CountedEstimate`; nothing of them is used elsewhere.
    `shown_at`: the person has read it, or heard it.
    """

    __tablename__ = "estimate"
    __table_args__ = (Index("ix_estimate_patient_id_at", "patient_id", "at"),)

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    rates: Mapped[str]
    situation: Mapped[str] = mapped_column(Sealed)
    services: Mapped[str] = mapped_column(Sealed)
    counted: Mapped[str] = mapped_column(Sealed)
    state: Mapped[EstimateState] = mapped_column(text_enum(EstimateState, 20))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    at: Mapped[datetime]
    shown_at: Mapped[datetime | None]

    author: Mapped[Account] = relationship()
    organization: Mapped[Organization] = relationship()


class FundingRequest(Identified, Model):
    """Something asked of a funder, by whoever sees to it (`owner_id`).

    `deadline`: the last day on which it may be sent, of help before an exit the expected day of it. `next_alarm_at`:
    when the clock next has something to say, and `warned_for` the day that it spoke of last: of an allowance that was
    granted, the day on which she came into hospital. `amount`, `why`: of the answer, as it was written.
    """

    __tablename__ = "funding_request"
    __table_args__ = (
        CheckConstraint("(state IN ('granted', 'refused')) = (answered_on IS NOT NULL)", name="answered"),
        Index("ix_funding_request_next_alarm_at", "next_alarm_at"),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    funder: Mapped[Funder] = mapped_column(text_enum(Funder, 20))
    state: Mapped[FundingState] = mapped_column(text_enum(FundingState, 20))
    note: Mapped[str] = mapped_column(Sealed, default="")
    deadline: Mapped[date | None]
    next_alarm_at: Mapped[datetime | None]
    warned_for: Mapped[date | None]
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    at: Mapped[datetime]
    sent_on: Mapped[date | None]
    answered_on: Mapped[date | None]
    amount: Mapped[str] = mapped_column(Sealed, default="")
    why: Mapped[str] = mapped_column(Sealed, default="")
    appeal_by: Mapped[date | None]

    owner: Mapped[Account] = relationship()
    organization: Mapped[Organization] = relationship()


class AssistanceContract(Identified, Model):
    """What an assistance or complementary contract says, as somebody typed it with the contract before her eyes:
    nothing of it is guessed. One at a time counts. `hours`: of home help, in all; `least_nights`: in hospital;
    `within_days`: of the exit; `before_exit`: that they must be called before it."""

    __tablename__ = "assistance_contract"
    __table_args__ = (
        Index("uq_assistance_contract", "patient_id", unique=True, sqlite_where=STANDS, postgresql_where=STANDS),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    insurer: Mapped[str] = mapped_column(Sealed)
    number: Mapped[str] = mapped_column(Sealed, default="")
    phone: Mapped[str] = mapped_column(Sealed, default="")
    hours: Mapped[int]
    least_nights: Mapped[int | None]
    within_days: Mapped[int | None]
    before_exit: Mapped[bool]
    terms: Mapped[str] = mapped_column(Sealed, default="")
    author_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]

    author: Mapped[Account] = relationship()
