"""What became of the records whose time was over."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped

from app.core.db import Identified, Model


class RetentionRound(Identified, Model):
    """One round of the house: how many records were archived and erased, and how many rows of each table went. It names
    nobody. `next_at`: when the next is due."""

    __tablename__ = "retention_round"

    at: Mapped[datetime]
    next_at: Mapped[datetime]
    archived: Mapped[int]
    erased: Mapped[int]
    rows: Mapped[dict[str, Any]]  # by table
