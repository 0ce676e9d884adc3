"""What a timer is. All of them stand in `app/schedule.py`; the rooms that watch over them find them in the app."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask, current_app
from sqlalchemy import Select

Due = Select[Any]
"""A question with one answer: an instant, or null when nothing waits."""


@dataclass(frozen=True)
class Timer:
    """`run(now)` does what is due and returns how much it did; zero means that there is time to rest.

    `oldest_due(now)` asks since when the row that waits longest should have been done; null when nothing waits. By it
    the house knows that a timer is stuck, so none may be without. `hands` run it side by side, so that a gateway which
    never answers keeps one of them, not the others.

    Every commit wakes them. `rest`, in seconds, is how late they see that a date has passed meanwhile: short where
    people wait, longer where the dates are of minutes or days, since each look costs; well below
    `heartbeats.SILENT_AFTER`.
    """

    name: str
    run: Callable[[datetime], int]
    oldest_due: Callable[[datetime], Due]
    hands: int = 1
    rest: float = 1.0


def init_app(app: Flask, timers: Sequence[Timer]) -> None:
    app.extensions["timers"] = tuple(timers)


def all_timers() -> tuple[Timer, ...]:
    timers: tuple[Timer, ...] = current_app.extensions["timers"]
    return timers
