"""Sealing anew, under the present key, whatever a former one has sealed; while people work, and again when stopped.

Nothing is remembered between two runs: a value says by itself which key opens it. A row that changes meanwhile was
written by a process that seals with the present key already, so the conditional UPDATE leaves it alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from cryptography.fernet import InvalidToken
from sqlalchemy import Column, CursorResult, Row, Table, Text, literal, select, type_coerce, update

from app.core.db import Model, db, transaction
from app.core.sealed import Sealed, SealedBytes, fernets
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
    found = ((table, [each for each in table.columns if isinstance(each.type, SEALED)]) for table in every)
    return [(table, columns) for table, columns in found if columns]


SEALED = (Sealed, SealedBytes)
DOCUMENTS = 50
"""A document is as heavy as so many rows of text."""


def reseal(size: int) -> Iterator[Batch]:
    """Go through everything, `size` rows in a transaction; each batch is told once it is kept."""
    for table, columns in tables():
        heavy = any(isinstance(column.type, SealedBytes) for column in columns)
        for rows in _batches(table, columns, max(1, size // DOCUMENTS) if heavy else size):
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
    changes: list[tuple[UUID, list[Change]]] = []
    lost = 0
    for row in rows:
        changed, unopened = _changes(row, columns)
        lost += unopened
        if changed:
            changes.append((row.id, changed))
    if changes:
        with transaction():
            for row_id, changed in changes:
                # What one column became meanwhile is no reason to leave the others.
                if not _write(table, row_id, changed):
                    for change in changed:
                        _write(table, row_id, [change])
    return Batch(table.name, len(rows), sum(len(changed) for _, changed in changes), lost)


Change = tuple[Column[str], str, str]
"""A column, its value as it was read, and as it is to be."""


def _changes(row: Row[Any], columns: list[Column[str]]) -> tuple[list[Change], int]:
    """What is to be written of one row, and how many of its values no key opens."""
    changed, lost = [], 0
    for column in columns:
        kept: str | None = row._mapping[column.name]
        if kept is None:
            continue
        try:
            fresh = under_present_key(kept)
        except InvalidToken:
            lost += 1
            continue
        if fresh != kept:
            changed.append((column, kept, fresh))
    return changed, lost


def _write(table: Table, row_id: UUID, changed: list[Change]) -> bool:
    unchanged = [type_coerce(column, Text) == kept for column, kept, _ in changed]
    fresh = {column.name: literal(value, Text) for column, _, value in changed}
    statement = update(table).where(table.c.id == row_id, *unchanged).values(fresh)
    return cast(CursorResult[object], db.session.execute(statement)).rowcount == 1


def under_present_key(kept: str) -> str:
    """The value itself when the present key sealed it, else sealed anew; raises InvalidToken when none opens it."""
    if _opens(kept):
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
