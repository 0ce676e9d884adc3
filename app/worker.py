"""The worker: does what is due, and sleeps until the database changes or something may have come due.

Several may run: rows are held or leased, so each thing is done by one of them, and by another if that one dies.
"""

import gc
import signal
import threading
from types import FrameType

import structlog
from flask import Flask

from app import clock
from app.audit.origin import Source, came_by
from app.core.db import db
from app.core.waiting import was_undone
from app.jobs import heartbeats, stopping
from app.jobs.timers import Timer
from app.live.watcher import Watcher
from app.schedule import TIMERS

log = structlog.get_logger()

LOOK_UP = 1.0  # seconds: so often does the one who watches see whether to stop


class Bell:
    """One watcher in a process hears the commits of all others, and wakes every hand at once."""

    def __init__(self) -> None:
        self._rung = 0
        self._ringing = threading.Condition()

    @property
    def rung(self) -> int:
        """How often, so far: what is committed after this was read wakes whoever waits since."""
        return self._rung

    def ring(self) -> None:
        with self._ringing:
            self._rung += 1
            self._ringing.notify_all()

    def wait(self, since: int, timeout: float) -> None:
        """Until it has rung more often than `since`, at most `timeout` seconds."""
        with self._ringing:
            self._ringing.wait_for(lambda: self._rung != since, timeout)


def run(app: Flask) -> None:
    """Work until SIGTERM or SIGINT; what is in hand is finished first."""
    stop = stopping.asked

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
    gc.freeze()  # The whole program stays: looking through it again and again cost a tenth of each push message.
    bell = Bell()
    hands = [
        threading.Thread(target=work, args=(app, timer, bell, stop)) for timer in TIMERS for _ in range(timer.hands)
    ]
    watching = threading.Thread(target=watch, args=(app, bell, stop))
    heart = threading.Thread(target=heartbeats.keep_writing, args=(app, stop))
    for thread in (*hands, watching, heart):
        thread.start()
    log.info("worker_started", hands=len(hands))
    for thread in (*hands, watching, heart):
        thread.join()
    log.info("worker_stopped")


def watch(app: Flask, bell: Bell, stop: threading.Event) -> None:
    """Ring at each commit, and a last time so that nobody rests on when the process is to stop."""
    watcher = Watcher(app.config["SETTINGS"].database_url)
    while not stop.is_set():
        if watcher.wait(LOOK_UP):
            bell.ring()
    watcher.close()
    bell.ring()


def work(app: Flask, timer: Timer, bell: Bell, stop: threading.Event) -> None:
    """One pair of hands: run `timer` as long as there is something to do, then rest."""
    came_by(Source.WORKER)
    heartbeats.begin(timer.name)
    while not stop.is_set():
        rung = bell.rung  # Before the look, so that what is committed during it is looked at again.
        if not ran(app, timer):
            bell.wait(rung, timer.rest)


def ran(app: Flask, timer: Timer) -> bool:
    """Run `timer` once; True when there was something to do."""
    with app.app_context():
        try:
            done = timer.run(clock.now())
            heartbeats.alive()
            return done > 0
        except Exception as error:
            # A database that is away, or a bug in one timer, must not end the worker: the rows are still there.
            if was_undone(error):
                log.info("timer_again", timer=timer.name)
                return True
            log.exception("timer_failed", timer=timer.name)
            return False
        finally:
            db.session.remove()
