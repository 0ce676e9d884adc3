"""The version of everything a screen can look at."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Model


class Topic(Model):
    """A name like `request-<uuid>` and a version that grows with every change. Never what, nor for whom."""

    __tablename__ = "live_topic"

    name: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    changed_at: Mapped[datetime]
