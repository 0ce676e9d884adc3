"""SQLite, tuned: nothing acknowledged is lost, and nobody who only reads waits for who writes."""

import sqlite3
import time

from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection

from app.core.waiting import Waits, is_locked

WRITE = "relais_write"
"""Execution option of a transaction that will write: until when (monotonic) it waits for the one write lock."""

LOOK_EVERY = 0.005  # seconds between two looks at whether another process still writes


def tune(engine: Engine, waits: Waits) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # We say BEGIN ourselves, below.
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",  # NORMAL may lose an acknowledged answer at a power cut.
            "foreign_keys=ON",
            f"busy_timeout={waits.lock * 1000:.0f}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        ends = connection.get_execution_options().get(WRITE)
        if ends:
            _wait_for_other_writers(connection, ends, waits)
        else:
            connection.exec_driver_sql("BEGIN")


def _wait_for_other_writers(connection: Connection, ends: float, waits: Waits) -> None:
    """Those of other processes: waiting inside SQLite stops a whole gevent process, with everybody who only reads."""
    connection.exec_driver_sql("PRAGMA busy_timeout=0")
    try:
        while not _began(connection):
            if time.monotonic() > ends:
                connection.exec_driver_sql("BEGIN IMMEDIATE")  # Fails as SQLAlchemy says it.
                return
            time.sleep(LOOK_EVERY)
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={waits.lock * 1000:.0f}")


def _began(connection: Connection) -> bool:
    raw = connection.connection.driver_connection
    try:
        raw.execute("BEGIN IMMEDIATE")  # type: ignore[union-attr]
    except sqlite3.OperationalError as error:
        if not is_locked(error):
            raise
        return False
    return True
