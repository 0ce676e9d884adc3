"""Alembic's way into the house: the same models and the same engine as the app."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import sqlalchemy as sa
from alembic import context
from flask import current_app

from app.core.db import Model, UtcDateTime, db
from app.core.sealed import Sealed, SealedBytes


def plain_type(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write what the column is in the database: a migration must still run when our Python types have moved on."""
    if kind != "type":
        return False
    if isinstance(item, sa.Enum):
        return f"sa.String(length={item.length})"
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return "sa.Text()" if isinstance(item, Sealed | SealedBytes) else False


@contextmanager
def keys_asleep(connection: sa.Connection) -> Iterator[None]:
    """SQLite changes a table by making it anew, and would refuse to drop the old one while others refer to it.

    Every reference is checked at the end, before anybody works on the new schema.
    """
    raw = connection.connection.driver_connection
    if connection.dialect.name != "sqlite" or raw is None:
        yield
        return
    raw.execute("PRAGMA foreign_keys=OFF")  # Without effect inside a transaction: none has begun yet.
    yield
    connection.rollback()
    broken = raw.execute("PRAGMA foreign_key_check").fetchall()
    raw.execute("PRAGMA foreign_keys=ON")
    if broken:
        raise SystemExit(f"The migration left references to nothing: {broken[:5]}. Restore the backup.")


def run() -> None:
    with db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            # A migration that must wait for a lock would make every nurse wait behind it.
            connection.execute(sa.text("SET lock_timeout = '5s'"))
            connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Model.metadata,
            render_as_batch=True,
            compare_type=True,
            render_item=plain_type,
            transaction_per_migration=True,
        )
        with keys_asleep(connection), context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("Migrations read the database they change: run them against it.")
if current_app:
    run()
