"""Noticing that someone committed, on either engine, within milliseconds and without reading a row.

Knows neither Flask nor the tables: the web process and the worker watch with the same eyes.
"""

import sqlite3
import time
from typing import Protocol
from urllib.parse import quote

import psycopg
import structlog
from sqlalchemy.engine import make_url

from app.live.actions import CHANNEL

log = structlog.get_logger()

LOOK_EVERY = 0.02  # seconds; a look at SQLite costs about 7 microseconds
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0  # seconds between two attempts to reach a database that went away
AWAY = (sqlite3.Error, psycopg.Error, OSError)


class Ear(Protocol):
    """A connection of its own that hears the commits of all others."""

    def wait(self, timeout: float) -> bool: ...
    def close(self) -> None: ...


class Watcher:
    """Watches the database at `database_url` (as SQLAlchemy writes it: `sqlite:///…`, `postgresql+psycopg://…`)."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._ear: Ear | None = None
        self._pause = FIRST_PAUSE

    def wait(self, timeout: float) -> bool:
        """Wait at most `timeout` seconds; True as soon as there may be something new to read.

        A new connection answers True at once, because anything may have happened before it: so does the first
        call, and so does the return of a database that went away. Nothing is raised while it is away.
        """
        ends = time.monotonic() + timeout
        while True:
            try:
                if self._ear is None:
                    self._ear = listen(self._url)
                    self._pause = FIRST_PAUSE
                    return True
                return self._ear.wait(max(0.0, ends - time.monotonic()))
            except AWAY as error:
                log.warning("watcher_lost_database", error=type(error).__name__)
                self.close()
            left = ends - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(self._pause, left))
            self._pause = min(self._pause * 2, LONGEST_PAUSE)

    def close(self) -> None:
        if self._ear is not None:
            self._ear.close()
            self._ear = None


def listen(database_url: str) -> Ear:
    """Open the ear that fits the engine; raises one of `AWAY` when the database does not answer."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        return SqliteEar(url.database or "")
    return PostgresEar(url.set(drivername="postgresql").render_as_string(hide_password=False))


class SqliteEar:
    """`PRAGMA data_version` changes on this connection when any other, in any process, has committed."""

    def __init__(self, path: str) -> None:
        # mode=rw: a watcher must not create the database it was asked to watch.
        self._connection = sqlite3.connect(
            f"file:{quote(path)}?mode=rw", uri=True, isolation_level=None, check_same_thread=False
        )
        self._version = self._look()

    def wait(self, timeout: float) -> bool:
        ends = time.monotonic() + timeout
        while (version := self._look()) == self._version:
            if time.monotonic() >= ends:
                return False
            time.sleep(LOOK_EVERY)  # gevent lets the other greenlets run here
        self._version = version
        return True

    def close(self) -> None:
        self._connection.close()

    def _look(self) -> int:
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])


class PostgresEar:
    """`LISTEN`: PostgreSQL delivers the notice of a transaction when it commits, never when undone."""

    def __init__(self, conninfo: str) -> None:
        self._connection = psycopg.connect(conninfo, autocommit=True, connect_timeout=5, application_name="relais live")
        self._connection.execute(f"LISTEN {CHANNEL}")

    def wait(self, timeout: float) -> bool:
        return len(list(self._connection.notifies(timeout=timeout, stop_after=1))) > 0

    def close(self) -> None:
        self._connection.close()
