"""Shared tablets, who may use which, and who took one over from whom."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Account, SignIn
from app.core.db import Identified, Model


class Tablet(Identified, Model):
    """A ward's tablet. Its browser holds the token, this row the hash; it acts for nobody by itself."""

    __tablename__ = "tablet"

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), index=True)
    name: Mapped[str]
    token_hash: Mapped[str | None] = mapped_column(unique=True)  # none until a browser has given the code
    prepared_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    enrolled_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class TabletSignIn(Model):
    """On which shared tablet somebody signed in with her code."""

    __tablename__ = "tablet_sign_in"

    sign_in_id: Mapped[UUID] = mapped_column(ForeignKey("sign_in.id"), primary_key=True)
    tablet_id: Mapped[UUID] = mapped_column(ForeignKey("tablet.id"), index=True)

    sign_in: Mapped[SignIn] = relationship()


class TabletTicket(Identified, Model):
    """A code that serves once, within ten minutes: it enrols a tablet, or lets one person choose her code there.

    The code is derived from the id when it is shown; here is only the keyed hash by which it is found.
    """

    __tablename__ = "tablet_ticket"

    tablet_id: Mapped[UUID] = mapped_column(ForeignKey("tablet.id"), index=True)
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))  # none: it enrols the tablet itself
    code_key: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Badge(Identified, Model):
    """One person's short code on one tablet. Its hash needs the tablet's own token, which is nowhere here."""

    __tablename__ = "badge"
    __table_args__ = (
        UniqueConstraint("tablet_id", "account_id"),
        CheckConstraint("wrong BETWEEN 0 AND 5", name="wrong"),
    )

    tablet_id: Mapped[UUID] = mapped_column(ForeignKey("tablet.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    salt: Mapped[bytes]
    hash: Mapped[bytes]
    wrong: Mapped[int] = mapped_column(default=0)  # codes tried since the last right one
    set_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]

    tablet: Mapped[Tablet] = relationship(lazy="joined")
    account: Mapped[Account] = relationship(lazy="joined")


class Handover(Identified, Model):
    """The tablet went from one person to another, who reads what changed since she was last there."""

    __tablename__ = "handover"

    tablet_id: Mapped[UUID] = mapped_column(ForeignKey("tablet.id"), index=True)
    from_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    to_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    at: Mapped[datetime]
    since: Mapped[datetime | None]  # none: she was never there before, so everything is new to her
    acknowledged_at: Mapped[datetime | None]

    came_from: Mapped[Account | None] = relationship(foreign_keys=[from_id])
