"""The database: one schema, two engines, and the one way to write (`with transaction():`)."""

import enum
import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import uuid_utils.compat
from flask import Flask, current_app, g
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import (
    JSON,
    ColumnElement,
    DateTime,
    Dialect,
    Engine,
    Enum,
    Executable,
    MetaData,
    Row,
    Select,
    String,
    Table,
    TypeDecorator,
    Uuid,
    event,
    make_url,
    select,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.dialects.sqlite import insert as insert_into_sqlite
from sqlalchemy.engine import Connection, ExceptionContext
from sqlalchemy.exc import DataError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.core import sqlite
from app.core.sqlite import WRITE
from app.core.waiting import APART, CONNECTIONS_APART, WEB, Turns, Waits, engine_options, turns


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


def new_id() -> UUID:
    """A public id that sorts by time (UUIDv7, RFC 9562), so that new rows land at the end of each index."""
    return uuid_utils.compat.uuid7()


class Identified:
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)


class Named:
    """A person, as she is called."""

    given_name: Mapped[str]
    family_name: Mapped[str]

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def initials(self) -> str:
        return (self.given_name[:1] + self.family_name[:1]).upper()


def text_enum(kind: type[enum.StrEnum], length: int = 40) -> Enum:
    """An enumeration kept as its text, alike on both engines."""
    return Enum(kind, native_enum=False, length=length, values_callable=lambda members: [m.value for m in members])


_apart = ContextVar("apart", default=False)


class HouseSession(Session):
    """Reads on the connections that are kept apart, for who is inside `apart()`."""

    def get_bind(self, *args: Any, **kwargs: Any) -> Engine | Connection:
        return db.engines[APART] if _apart.get() else super().get_bind(*args, **kwargs)


db = SQLAlchemy(metadata=Model.metadata, session_options={"class_": HouseSession})
migrate = Migrate(directory="migrations", render_as_batch=True, compare_type=True)

_before_commit: list[Callable[[], None]] = []
_writing = ContextVar("writing", default=False)


class NestedTransaction(RuntimeError):
    """A transaction was opened inside another: it would have undone the work of the outer one, or waited for it."""


def before_commit(hook: Callable[[], None]) -> Callable[[], None]:
    """Register what must still be written at the end of every transaction."""
    _before_commit.append(hook)
    return hook


def rows(statement: Executable, **asked: Any) -> Sequence[Row[*tuple[Any, ...]]]:
    """What a page only shows: columns, never entities. By the connection of this session, which makes a third of what a
    small question costs less; what is not flushed is not in it."""
    return db.session.connection().execute(statement, asked).all()


def insert_rows(model: type[Model], rows: Sequence[dict[str, Any]]) -> None:
    """Insert these in one statement. Rows, not objects: a thousand searches may move at the same minute."""
    if rows:
        db.session.execute(insert_into(model), rows)


def insert_into(model: type[Model]) -> postgresql.Insert | SqliteInsert:
    """An INSERT in the words of this database, which knows what to do on a conflict."""
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else insert_into_sqlite
    return insert(cast(Table, model.__table__))


def written_once(model: type[Model], body: bytes, **row: Any) -> UUID:
    """The id of the row of `model` that holds this very `body`, known by its `digest`; written at its first use, with
    the rest of the `row`."""
    table, digest = cast(Table, model.__table__), hashlib.sha256(body).hexdigest()
    this = select(table.c.id).where(table.c.digest == digest)
    found = db.session.scalar(this)
    if found is None:
        new = insert_into(model).values(id=new_id(), digest=digest, body=body.decode(), **row)
        db.session.execute(new.on_conflict_do_nothing())  # Two may be its first use at once.
        found = db.session.scalars(this).one()
    return cast(UUID, found)


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
def apart() -> Iterator[None]:
    """Read on connections that no number of taps can exhaust: for whoever says whether the house is well."""
    outside = _apart.set(True)
    try:
        yield
    finally:
        _apart.reset(outside)


def in_order(model: type[Any], *which: ColumnElement[bool]) -> Select[tuple[UUID]]:
    """The ids of these rows, locked by id: for `UPDATE … WHERE id IN (…)`, which by itself locks them as it finds them.

    By id is the one order in which everybody locks several rows of a table, so that no two transactions wait for each
    other's (decision 0020). Nobody changes a key, hence `key_share`: what only refers to a row does not wait for it.
    """
    return select(model.id).where(*which).order_by(model.id).with_for_update(key_share=True).correlate(None)


def lock_in_order(model: type[Any], *which: ColumnElement[bool]) -> None:
    """Lock these rows, before several statements change some of them each. SQLite's one writer needs no order."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(in_order(model, *which))


@contextmanager
def transaction() -> Iterator[None]:
    """Everything inside is kept together or not at all. Opened by edges only: a view, a worker item, a command.

    Starts from a fresh view of the database (what was read before is read again), takes SQLite's write lock at
    once (a transaction that reads first and writes later fails under load, FACTS 0.3) and commits at the end.
    Raises `NestedTransaction` inside another, were it in another application context: verbs never open one; and one of
    `UNAVAILABLE` when the database, or its turn to write, does not come in time.
    """
    if _writing.get():
        raise NestedTransaction("this verb is inside a transaction already: let the edge alone open it")
    outside = _writing.set(True)
    try:
        with _turn_to_write() as ends:
            yield from _written_together(ends)
    finally:
        _writing.reset(outside)


@contextmanager
def _turn_to_write() -> Iterator[float]:
    """Holds no connection while it waits; yields until when (monotonic) the database may still be waited for.

    On SQLite there is one turn in a process. On PostgreSQL there are fewer than connections: whoever waits for a row
    that somebody holds must not keep the others from reading.
    """
    db.session.rollback()
    db.session.info.clear()
    those: Turns = current_app.extensions["turns"]
    ends = time.monotonic() + those.patience
    if not those.free.acquire(timeout=those.patience):
        raise NoConnection("too many write at once")
    try:
        yield ends
    finally:
        those.free.release()


def _written_together(ends: float) -> Iterator[None]:
    try:
        db.session.connection(execution_options={WRITE: ends})
        yield
        _write_appended()
        for hook in _before_commit:
            hook()
        db.session.commit()
        g.wrote = True  # Hence nobody does this request a second time (`again.py`).
    except BaseException:
        db.session.rollback()
        raise


def init_app(app: Flask) -> None:
    """`WAITS` in the configuration: how long this process waits; a web process when nothing is said."""
    waits: Waits = app.config.setdefault("WAITS", WEB)
    url = make_url(app.config["SQLALCHEMY_DATABASE_URI"])
    options = engine_options(url, waits)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    app.config["SQLALCHEMY_BINDS"] = {APART: {**options, "url": url, "pool_size": CONNECTIONS_APART}}
    app.extensions["turns"] = turns(url, waits)
    db.init_app(app)
    migrate.init_app(app, db)
    with app.app_context():
        for engine in db.engines.values():
            event.listen(engine, "handle_error", _keep_values_out)
            if engine.dialect.name == "sqlite":
                sqlite.tune(engine, waits)
        set_apart = db.engines[APART]
        event.listen(db.engine, "engine_disposed", lambda _engine: set_apart.dispose())


def _keep_values_out(context: ExceptionContext) -> None:
    """PostgreSQL quotes the values that break a rule (below its first line), or that are none of the right kind (in
    it): they may be a patient's, and an error is logged."""
    ends = '"' if isinstance(context.sqlalchemy_exception, DataError) else "\n"
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and error.args:
            error.args = (str(error.args[0]).partition("\n")[0].partition(ends)[0], *error.args[1:])
