"""The worker: does what is due, and sleeps until the database changes or a second has passed.

Several may run: rows are held or leased, so each thing is done by one of them, and by another if that one dies.
"""

import gc
import signal
import threading
from types import FrameType

import structlog
from flask import Flask

from app.audit.origin import Source, came_by
from app.core import clock, heartbeats, stopping
from app.core.db import db
from app.core.timers import Timer
from app.live.watcher import Watcher
from app.schedule import TIMERS

log = structlog.get_logger()

REST_SECONDS = 1.0
"""Due dates pass without any commit to wake us, so the longest sleep bounds how late a timer can be."""


def run(app: Flask) -> None:
    """Work until SIGTERM or SIGINT; what is in hand is finished first."""
    stop = stopping.asked

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
    gc.freeze()  # The whole program stays: looking through it again and again cost a tenth of each push message.
    hands = [threading.Thread(target=work, args=(app, timer, stop)) for timer in TIMERS for _ in range(timer.hands)]
    heart = threading.Thread(target=heartbeats.keep_writing, args=(app, stop))
    for thread in (*hands, heart):
        thread.start()
    log.info("worker_started", hands=len(hands))
    for thread in (*hands, heart):
        thread.join()
    log.info("worker_stopped")


def work(app: Flask, timer: Timer, stop: threading.Event) -> None:
    """One pair of hands: run `timer` as long as there is something to do, then rest."""
    came_by(Source.WORKER)
    heartbeats.begin(timer.name)
    watcher = Watcher(app.config["SETTINGS"].database_url)
    while not stop.is_set():
        if not ran(app, timer):
            watcher.wait(REST_SECONDS)
    watcher.close()


def ran(app: Flask, timer: Timer) -> bool:
    """Run `timer` once; True when there was something to do."""
    with app.app_context():
        try:
            done = timer.run(clock.now())
            heartbeats.alive()
            return done > 0
        except Exception:
            # A database that is away, or a bug in one timer, must not end the worker: the rows are still there.
            log.exception("timer_failed", timer=timer.name)
            return False
        finally:
            db.session.remove()
