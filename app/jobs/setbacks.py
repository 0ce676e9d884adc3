"""Rows that are due, each done in a transaction of its own: one that fails every time keeps none behind it waiting.

It is set aside for a minute, then for two, four, at most an hour, and each failure stands in the log with its trace.
It stays due all the while, so whoever watches over the house hears of it (`Timer.oldest_due`). Only this process knows
what it set aside: another one, or the same after a restart, tries at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from flask import current_app
from sqlalchemy import Select

from app.core.db import db, transaction
from app.core.waiting import is_of_the_house

LONGEST = timedelta(hours=1)

log = structlog.get_logger()


@dataclass(frozen=True)
class Setback:
    """How often a row failed one after the other, and when it is tried again."""

    times: int
    again_at: datetime


def one_by_one(what: str, due: Select[UUID], act: Callable[[UUID, datetime], object], now: datetime) -> int:
    """`act(id, now)` on each row of `due`, the ids of what should be done by now, the most pressing first; returns how
    many were tried. `what`: their kind, for the log.

    Looks before it takes the write lock, as nearly always there is nothing. A database in trouble ends the round: the
    next row would fare no better.
    """
    known: dict[tuple[str, UUID], Setback] = current_app.extensions.setdefault("setbacks", {})
    aside = [row_id for (kind, row_id), setback in known.items() if kind == what and setback.again_at > now]
    ids = db.session.scalars(due.where(due.selected_columns[0].not_in(aside)) if aside else due).all()
    for row_id in ids:
        try:
            with transaction():
                act(row_id, now)
            known.pop((what, row_id), None)
        except Exception as error:
            if is_of_the_house(error):
                raise
            times = known[what, row_id].times + 1 if (what, row_id) in known else 1
            known[what, row_id] = Setback(times, now + patience(times))
            log.exception("row_set_aside", what=what, row=str(row_id), times=times)
    return len(ids)


def patience(times: int) -> timedelta:
    """How long a row rests that failed so often."""
    return min(timedelta(minutes=2 ** min(times - 1, 10)), LONGEST)
