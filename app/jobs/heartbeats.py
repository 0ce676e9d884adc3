"""The worker's heartbeat: when each timer last came round, so that silence is noticed where nothing is due.

Every hand notes its turns in memory, and one of the process writes them down now and then: a row written at every turn
would wake all that sleeps until the database changes.
"""

import threading
from datetime import datetime, timedelta

import structlog
from flask import Flask
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.core.db import Model, db, insert_into, transaction

WRITTEN_EVERY = timedelta(seconds=10)
SILENT_AFTER = timedelta(seconds=45)
"""Several beats missed: said before a minute has passed."""

log = structlog.get_logger()


class Heartbeat(Model):
    """When a timer last ended a turn, in whichever process."""

    __tablename__ = "heartbeat"

    timer: Mapped[str] = mapped_column(primary_key=True)
    beat_at: Mapped[datetime]


_beats: dict[str, datetime] = {}
_hand = threading.local()


def begin(timer: str) -> None:
    """This thread works for that timer from now on."""
    _hand.timer = timer


def alive() -> None:
    """A turn, or a part of a long one, is done. Nothing to note outside a worker."""
    if timer := getattr(_hand, "timer", ""):
        _beats[timer] = clock.now()


def keep_writing(app: Flask, stop: threading.Event) -> None:
    """Write the beats down until `stop`; at once for a timer whose first turn is over."""
    written: frozenset[str] = frozenset()
    due_at = clock.now()
    while not stop.wait(1):
        if _beats and (clock.now() >= due_at or not _beats.keys() <= written):
            written = _written(app)
            due_at = clock.now() + WRITTEN_EVERY


def _written(app: Flask) -> frozenset[str]:
    """Which timers were written down; none while the database is away."""
    beats = dict(_beats)
    with app.app_context():
        try:
            with transaction():
                write(beats)
            return frozenset(beats)
        except Exception:
            log.exception("heartbeat_failed")
            return frozenset()
        finally:
            db.session.remove()


def write(beats: dict[str, datetime]) -> None:
    """Of several workers, the latest beat stays. In the order of names, so that two of them never wait crosswise."""
    statement = insert_into(Heartbeat)
    later = statement.on_conflict_do_update(
        index_elements=[Heartbeat.timer],
        set_={"beat_at": statement.excluded.beat_at},
        where=Heartbeat.beat_at < statement.excluded.beat_at,
    )
    for timer, beat_at in sorted(beats.items()):
        db.session.execute(later.values(timer=timer, beat_at=beat_at))
