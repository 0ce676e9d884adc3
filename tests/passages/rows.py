"""Passages as plain values."""

from dataclasses import dataclass
from datetime import date, datetime

from app.passages.rules import PassageState


@dataclass(frozen=True)
class Row:
    day: date
    moment: str
    state: PassageState
    asked_at: datetime | None = None
    late_at: datetime | None = None
    held: bool = False
