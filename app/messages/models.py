"""What people were told, and how they wish to be disturbed."""

from datetime import datetime, time
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import ForeignKey, Index, Time, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Identified, Model
from app.messages import rules
from app.messages.rules import EVERY_DAY, Wishes

DEVICES_PAGE = "push/devices"
"""What a test or a check opens, from the app's root."""

TEST = "test"
"""The step of a message by which a person tries her devices."""

CHECK = "check"
"""The step of the one that Relais sends by itself to a device without news."""

DIGEST = "digest"
"""The step of the one that stands for several alerts."""


class Notice(Struct, frozen=True):
    """What a lock screen may show: the care family, the commune and the delay at most, never the patient.

    `path` is relative to the app's root and opened by a tap; `answerable`: an answer is awaited, and given by two
    buttons of the notice itself unless its reader wants no `buttons`. `elsewhere`
    is what a mail or an SMS says when no phone confirms the notice; without it, it is not worth one.
    """

    title: str
    body: str
    path: str = ""
    answerable: bool = False
    buttons: bool = True
    urgency: str = "high"
    elsewhere: str = ""


class Delivery(Struct, frozen=True):
    """What one person is to be told about one subject, and until when it is worth telling. `urgent`: left unsaid, an
    answer awaited for hours is not."""

    account_id: UUID
    subject_id: UUID
    notice: Notice
    expires_at: datetime
    urgent: bool | None = None

    def presses(self, now: datetime) -> bool:
        return self.expires_at - now < rules.PRESSING if self.urgent is None else self.urgent


WAITING = text("rings_at IS NOT NULL")
GROUPED = text("digest_id IS NOT NULL")


class Alert(Identified, Model):
    """One thing that a person was told, or is to be told, and that awaits her: what her attention goes to.

    It rang at once (`rang_at`), or it does not press and waits until `rings_at`, with its `notice` and without any
    message yet; several that waited rang together, as messages about `digest_id`. `over`: it awaits nothing any more.
    """

    __tablename__ = "push_alert"
    __table_args__ = (
        Index("ix_push_alert_told", "account_id", "rang_at"),
        Index("ix_push_alert_waiting", "rings_at", sqlite_where=WAITING, postgresql_where=WAITING),
        Index("ix_push_alert_digest", "digest_id", sqlite_where=GROUPED, postgresql_where=GROUPED),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    subject_id: Mapped[UUID] = mapped_column(index=True)
    step: Mapped[str]
    notice: Mapped[dict[str, Any] | None]
    rings_at: Mapped[datetime | None]
    rang_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    digest_id: Mapped[UUID | None]
    over: Mapped[bool] = mapped_column(default=False)


class Attention(Model):
    """When a person lets Relais ring for what does not press; who wished for nothing has no row."""

    __tablename__ = "push_attention"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    quiet: Mapped[bool]
    quiet_from: Mapped[time] = mapped_column(Time)  # in Paris
    quiet_until: Mapped[time] = mapped_column(Time)
    quiet_days: Mapped[str] = mapped_column(default="0123456")  # on which they begin, 0 is Monday
    daily_cap: Mapped[int | None]
    grouped: Mapped[bool]

    @property
    def wishes(self) -> Wishes:
        days = frozenset(int(day) for day in self.quiet_days) & EVERY_DAY
        return Wishes(self.quiet, self.quiet_from, self.quiet_until, days, self.daily_cap, self.grouped)
