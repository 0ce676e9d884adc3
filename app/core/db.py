"""The database: one schema, two engines, and the one way to write (`with transaction():`)."""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import uuid_utils.compat
from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, DateTime, Dialect, Engine, MetaData, String, Table, TypeDecorator, Uuid, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, ExceptionContext
from sqlalchemy.exc import DataError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

WRITE = "relais_write"


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant in UTC on both engines; refuses naive values, which would be somebody's guess."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a naive datetime reached the database")
        return value.astimezone(UTC) if value and value.tzinfo is not UTC else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


class Model(DeclarativeBase):
    """Every table of the house."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 -- SQLAlchemy reads it from the class
        datetime: UtcDateTime(),
        UUID: Uuid(),
        str: String(),
        dict[str, Any]: JSON(),
        list[str]: JSON(),
    }


class Identified:
    """A public id that sorts by time (UUIDv7, RFC 9562), so that new rows land at the end of each index."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid_utils.compat.uuid7, sort_order=-1)


db = SQLAlchemy(metadata=Model.metadata)
migrate = Migrate(directory="migrations", render_as_batch=True, compare_type=True)

# SQLite has one writer. Waiting for it inside SQLite blocks the whole gevent process, and with it the very
# writer being waited for; waiting here lets the others go on.
_sqlite_writer = threading.Lock()
_before_commit: list[Callable[[], None]] = []
_writing = ContextVar("writing", default=False)


class NestedTransaction(RuntimeError):
    """A transaction was opened inside another: it would have undone the work of the outer one, or waited for it."""


def before_commit(hook: Callable[[], None]) -> Callable[[], None]:
    """Register what must still be written at the end of every transaction."""
    _before_commit.append(hook)
    return hook


def insert_rows(model: type[Model], rows: Sequence[dict[str, Any]]) -> None:
    """Insert these in one statement. Rows, not objects: a thousand searches may move at the same minute."""
    if rows:
        db.session.execute(insert_into(model), rows)


def insert_into(model: type[Model]) -> postgresql.Insert | sqlite.Insert:
    """An INSERT in the words of this database, which knows what to do on a conflict."""
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return insert(cast(Table, model.__table__))


def append(model: type[Model], **row: Any) -> None:
    """Owe a row to a table that only grows. All those of a table are written together when the transaction ends, and
    nothing reads them before."""
    db.session.info.setdefault("appended", {}).setdefault(model, []).append(row)


def _write_appended() -> None:
    appended: dict[type[Model], list[dict[str, Any]]] = db.session.info.pop("appended", {})
    db.session.flush()  # What the rows refer to.
    for model, rows in appended.items():
        insert_rows(model, rows)


@contextmanager
def transaction() -> Iterator[None]:
    """Everything inside is kept together or not at all. Opened by edges only: a view, a worker item, a command.

    Starts from a fresh view of the database (what was read before is read again), takes SQLite's write lock at
    once (a transaction that reads first and writes later fails under load, FACTS 0.3) and commits at the end.
    Raises `NestedTransaction` inside another, were it in another application context: verbs never open one.
    """
    if _writing.get():
        raise NestedTransaction("this verb is inside a transaction already: let the edge alone open it")
    outside = _writing.set(True)
    try:
        with _written_together():
            yield
    finally:
        _writing.reset(outside)


@contextmanager
def _written_together() -> Iterator[None]:
    db.session.rollback()
    db.session.info.clear()
    with _sqlite_writer if db.engine.dialect.name == "sqlite" else nullcontext():
        try:
            db.session.connection(execution_options={WRITE: True})
            yield
            _write_appended()
            for hook in _before_commit:
                hook()
            db.session.commit()
        except BaseException:
            db.session.rollback()
            raise


def init_app(app: Flask) -> None:
    # A connection that died while nobody looked is replaced before it costs somebody a page. What a failed statement
    # was given may be a patient's, and stays out of the log.
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_pre_ping": True, "hide_parameters": True}
    db.init_app(app)
    migrate.init_app(app, db)
    with app.app_context():
        event.listen(db.engine, "handle_error", _keep_values_out)
        if db.engine.dialect.name == "sqlite":
            _tune_sqlite(db.engine)


def _keep_values_out(context: ExceptionContext) -> None:
    """PostgreSQL quotes the values that break a rule (below its first line), or that are none of the right kind (in
    it): they may be a patient's, and an error is logged."""
    ends = '"' if isinstance(context.sqlalchemy_exception, DataError) else "\n"
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and error.args:
            error.args = (str(error.args[0]).partition("\n")[0].partition(ends)[0], *error.args[1:])


def _tune_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # We say BEGIN ourselves, below.
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",  # NORMAL may lose an acknowledged answer at a power cut.
            "foreign_keys=ON",
            "busy_timeout=10000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITE)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
