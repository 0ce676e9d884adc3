"""Forms that were filled in and not sent."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Identified, Model
from app.core.sealed import Sealed


class Draft(Identified, Model):
    """One form of one person, as she had filled it in when her session ended. A newer one takes its place."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("account_id", "path"),)

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    path: Mapped[str]  # where the form is sent, with its query and without the prefix of this Relais
    body: Mapped[str] = mapped_column(Sealed)  # as a form is sent, without its CSRF token
    lost_files: Mapped[bool]  # a document came along that could not be kept
    expires_at: Mapped[datetime] = mapped_column(index=True)
