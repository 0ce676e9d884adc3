"""What people who have no account yet ask for."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Model, Named
from app.directory.models import Practitioner
from app.membership.codes import ADDRESS_CODE, CodedAction


class AccessRequest(CodedAction, Named, Model):
    """Somebody says: I am this person of the directory, and I want to answer requests.

    Kept alike whether or not the directory knows her, so that nobody can ask it who works with Relais. `vouched`:
    Pro Santé Connect said who she is. Forgotten after some weeks (`rules.KEPT`); the audit trail keeps the decision.
    """

    __tablename__ = "access_request"
    __table_args__ = (
        CheckConstraint("accepted IS NULL OR decided_at IS NOT NULL", name="decided"),
        Index("ix_access_request_waiting", "practitioner_id", "confirmed_at"),
    )

    purpose = ADDRESS_CODE

    rpps: Mapped[str]
    email: Mapped[str]  # lower case; empty until a person whom Pro Santé Connect named has given it
    vouched: Mapped[bool]
    practitioner_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner.id"))  # none: not in the directory
    created_at: Mapped[datetime] = mapped_column(index=True)
    confirmed_at: Mapped[datetime | None]  # the code came back: the address is hers
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))  # none: Relais itself
    accepted: Mapped[bool | None]

    practitioner: Mapped[Practitioner | None] = relationship()

    @property
    def answered_at(self) -> datetime | None:
        return self.confirmed_at
