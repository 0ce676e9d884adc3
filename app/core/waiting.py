"""How long anyone waits for the database, and on how many connections. Nobody waits without end (decision 0020)."""

import sqlite3
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import Any

from psycopg import errors as postgres
from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

UNAVAILABLE = (DBAPIError, NoConnection)
"""Whatever a database in trouble raises: it is away, it is busy, or no connection to it came free in time."""

APART = "apart"
"""The name of the few connections that no tap can exhaust: health and open screens read on them."""

CONNECTIONS_APART = 3

UNDONE = (postgres.DeadlockDetected, postgres.SerializationFailure)  # 40P01, 40001
ROW_LOCKED = (
    postgres.LockNotAvailable,  # 55P03, lock_timeout
    postgres.QueryCanceled,  # 57014, statement_timeout
)
GAVE_UP = (
    *ROW_LOCKED,
    postgres.IdleInTransactionSessionTimeout,  # 25P03
    postgres.TooManyConnections,  # 53300
)


@dataclass(frozen=True)
class Turns:
    """Who writes now: `free.acquire` within `patience` seconds, or not at all."""

    free: BoundedSemaphore
    patience: float


@dataclass(frozen=True)
class Waits:
    """What one process takes: seconds, and connections to PostgreSQL. 0 seconds: as long as it lasts.

    `turn` bounds the wait to be one of the `writers` that write at once, `lock` the one for a row that somebody holds
    and for a free connection; SQLite has one writer and no row to wait for, so there the two are one. `statement` is
    the longest that one statement may take, `idle` the longest that a transaction may do nothing.
    """

    turn: float
    lock: float
    statement: float
    idle: float
    connections: int
    writers: int


# A phone keeps a tap that is not answered within 8 s (`taps.js`): the waits for a turn and for the row end before that.
# However many greenlets a web process runs, it has one core, which ten writers keep busy; the other ten connections
# are for those who only read, so that taps that wait for a held row never stand between a page and its rows. With
# those apart and the LISTEN a process takes 24 connections; PostgreSQL has 100 unless told otherwise.
WEB = Waits(turn=4, lock=3, statement=10, idle=20, connections=20, writers=10)
# Each hand has one transaction at a time, and does again later what it could not do now.
WORKER = Waits(turn=10, lock=10, statement=60, idle=60, connections=13, writers=13)
# An operator waits before the screen, for an import of a million lines if need be.
COMMAND = Waits(turn=60, lock=60, statement=0, idle=0, connections=4, writers=4)


def turns(url: URL, waits: Waits) -> Turns:
    """For one process, made once."""
    if url.get_backend_name() == "sqlite":
        return Turns(BoundedSemaphore(1), waits.turn + waits.lock)
    return Turns(BoundedSemaphore(waits.writers), waits.turn)


def engine_options(url: URL, waits: Waits) -> dict[str, Any]:
    """What `create_engine` is told."""
    # A connection that died while nobody looked is replaced before it costs somebody a page. What a failed statement
    # was given may be a patient's, and stays out of the log.
    options: dict[str, Any] = {
        "pool_pre_ping": True,
        "hide_parameters": True,
        "pool_size": waits.connections,
        "max_overflow": 0,
        "pool_timeout": waits.lock,
    }
    if url.get_backend_name() == "postgresql":
        options["connect_args"] = {"options": _bounds(url, waits), "connect_timeout": 5, **KEEP_ALIVE}
    return options


# A machine that vanished says nothing: its silence is noticed after half a minute.
KEEP_ALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 4}


def _bounds(url: URL, waits: Waits) -> str:
    """The three timeouts, for every transaction of the connection; after what the operator's address says itself."""
    bounds = {
        "lock_timeout": waits.lock,
        "statement_timeout": waits.statement,
        "idle_in_transaction_session_timeout": waits.idle,
    }
    said = url.query.get("options", "")
    own = [said] if isinstance(said, str) else list(said)
    return " ".join([*own, *(f"-c {name}={seconds * 1000:.0f}" for name, seconds in bounds.items())]).strip()


def is_busy(error: BaseException) -> bool:
    """The database is there, and could not do this in time: nothing is written, and it may succeed in a moment."""
    if isinstance(error, NoConnection):
        return True
    cause = error.orig if isinstance(error, DBAPIError) else None
    return isinstance(cause, GAVE_UP + UNDONE) or is_locked(cause)


def is_of_the_house(error: BaseException) -> bool:
    """The database itself is in trouble, whatever it is asked. One row that is held or breaks a rule is no such."""
    if isinstance(error, OperationalError | InterfaceError):
        return not isinstance(error.orig, ROW_LOCKED)
    return isinstance(error, NoConnection)


def is_locked(cause: BaseException | None) -> bool:
    """SQLite: another process writes."""
    codes = sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED
    return isinstance(cause, sqlite3.OperationalError) and getattr(cause, "sqlite_errorcode", 0) & 0xFF in codes


def was_undone(error: BaseException) -> bool:
    """Two waited for each other, and PostgreSQL undid this one so that the other may go on: it may be done again."""
    return isinstance(error, DBAPIError) and isinstance(error.orig, UNDONE)
