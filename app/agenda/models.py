"""A move of one visit, so that it can be undone; and the secret address of somebody's own calendar."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Account
from app.care_requests.models import CareRequest
from app.core.db import Identified, Model
from app.passages.models import Passage


class VisitMove(Identified, Model):
    """She who comes moved one of her visits. `passage_id`: of care that comes back; none: the one visit of
    `request_id`. `day`, `moment`, `starts_at`: when it was to be before (`rules.When`)."""

    __tablename__ = "visit_move"

    request_id: Mapped[UUID] = mapped_column(ForeignKey(CareRequest.id), index=True)
    passage_id: Mapped[UUID | None] = mapped_column(ForeignKey(Passage.id, ondelete="CASCADE"), index=True)
    day: Mapped[date]
    moment: Mapped[str]
    starts_at: Mapped[datetime | None]
    by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]

    by: Mapped[Account] = relationship()


class CalendarFeed(Identified, Model):
    """What somebody's own calendar reads of her visits, by an address that is shown once: its hash alone is kept.

    `digest`: of what was read last, `changed_at`: since when it is so (RFC 9110, 8.8).
    """

    __tablename__ = "calendar_feed"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), unique=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    made_at: Mapped[datetime]
    digest: Mapped[str] = mapped_column(default="")
    changed_at: Mapped[datetime]

    account: Mapped[Account] = relationship()
