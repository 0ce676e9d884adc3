"""Sealing anew, under the present key, whatever a former one has sealed; while people work, and again when stopped.

Nothing is remembered between two runs: a value says by itself which key opens it. A row that changes meanwhile was
written by a process that seals with the present key already, so the conditional UPDATE leaves it alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cryptography.fernet import InvalidToken
from sqlalchemy import Column, Row, Table, Text, literal, select, type_coerce, update

from app.core.db import Model, db, transaction
from app.core.sealed import Sealed, fernets
from app.core.tokens import keyring


@dataclass(frozen=True)
class Batch:
    """What became of some rows: read, values sealed anew, values that no key of the ring opens."""

    table: str
    rows: int
    resealed: int
    lost: int


def tables() -> list[tuple[Table, list[Column[str]]]]:
    """Every table with sealed columns, and which they are; each has an `id`."""
    every = Model.metadata.sorted_tables
    found = ((table, [each for each in table.columns if isinstance(each.type, Sealed)]) for table in every)
    return [(table, columns) for table, columns in found if columns]


def reseal(size: int) -> Iterator[Batch]:
    """Go through everything, `size` rows in a transaction; each batch is told once it is kept."""
    for table, columns in tables():
        for rows in _batches(table, columns, size):
            yield _reseal(table, columns, rows)


def _batches(table: Table, columns: list[Column[str]], size: int) -> Iterator[list[Row[Any]]]:
    raw = [type_coerce(column, Text).label(column.name) for column in columns]
    last = None
    while True:
        statement = select(table.c.id, *raw).order_by(table.c.id).limit(size)
        rows = list(db.session.execute(statement if last is None else statement.where(table.c.id > last)))
        db.session.rollback()
        if not rows:
            return
        yield rows
        last = rows[-1].id


def _reseal(table: Table, columns: list[Column[str]], rows: list[Row[Any]]) -> Batch:
    """The cipher's work is done before the transaction, which on SQLite everybody else waits for."""
    changes, lost = [], 0
    for row in rows:
        for column in columns:
            kept = row._mapping[column.name]
            try:
                fresh = under_present_key(kept)
            except InvalidToken:
                lost += 1
                continue
            if fresh != kept:
                changes.append((row.id, column, kept, fresh))
    if changes:
        with transaction():
            for row_id, column, kept, fresh in changes:
                unchanged = table.c.id == row_id, type_coerce(column, Text) == kept
                db.session.execute(update(table).where(*unchanged).values({column.name: literal(fresh, Text)}))
    return Batch(table.name, len(rows), len(changes), lost)


def under_present_key(kept: str | None) -> str | None:
    """The value itself when the present key sealed it, else sealed anew; raises InvalidToken when none opens it."""
    if kept is None or _opens(kept):
        return kept
    return fernets(keyring()).rotate(kept).decode()


def _opens(kept: str) -> bool:
    try:
        fernets(keyring()[:1]).decrypt(kept)
    except InvalidToken:
        return False
    return True


def left(size: int = 1000) -> int:
    """How many values the present key alone would not open."""
    return sum(
        not _opens(value)
        for table, columns in tables()
        for rows in _batches(table, columns, size)
        for row in rows
        for column in columns
        if (value := row._mapping[column.name]) is not None
    )
