"""Rows that are owed to the outside, and the lease under which one worker at a time has one.

A row is claimed for a while, sent outside any transaction, then settled, and only by the one who still holds it. A
worker killed at any point leaves a lease that runs out, and another takes the row up: it may leave twice, it is never
lost.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import db, in_order
from app.core.tokens import new_token
from app.jobs.timers import Due

PENDING, LEASED = "pending", "leased"


class OutboxRow:
    """What a table needs to be an outbox. Its own `state` has at least "pending" and "leased"."""

    due_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    lease_token: Mapped[str | None]
    lease_until: Mapped[datetime | None]

    if TYPE_CHECKING:
        id: Mapped[UUID]
        state: Mapped[Any]


Row = TypeVar("Row", bound=OutboxRow)


def pending(table: type[OutboxRow], now: Any) -> ColumnElement[bool]:
    return and_(table.state == PENDING, table.due_at <= now)


def abandoned(table: type[OutboxRow], now: Any) -> ColumnElement[bool]:
    """Whoever claimed it was not heard of since."""
    return and_(table.state == LEASED, table.lease_until <= now)


def anything_due(table: type[OutboxRow], now: datetime, *which: ColumnElement[bool]) -> bool:
    """A plain read, so that an idle worker never takes SQLite's write lock from the people who tap."""
    db.session.rollback()  # This look must see what was committed since the last.
    due = or_(pending(table, now), abandoned(table, now))
    return db.session.scalar(select(table.id).where(*which, due).limit(1)) is not None


def claim(table: type[Row], now: datetime, *which: ColumnElement[bool], lasts: timedelta) -> Row | None:
    """Lease the one that ends first of those that are due. Another worker's are skipped, not waited for."""
    due = or_(pending(table, now), abandoned(table, now))
    first = select(table).where(*which, due).order_by(table.expires_at, table.id).limit(1)
    row = db.session.scalars(first.with_for_update(of=table, skip_locked=True)).first()
    if row is not None:
        row.state, row.attempts = LEASED, row.attempts + 1
        row.lease_token, row.lease_until = new_token(), now + lasts
        db.session.flush()
    return row


def lease(table: type[OutboxRow], ids: Sequence[UUID], token: str, until: datetime) -> None:
    """The same for rows that are held already, all under one token."""
    change(table, ids, state=LEASED, attempts=table.attempts + 1, lease_token=token, lease_until=until)


def change(table: type[OutboxRow], ids: Sequence[UUID], **values: Any) -> None:
    if ids:
        changed = update(table).where(table.id.in_(in_order(table, table.id.in_(ids)))).values(**values)
        db.session.execute(changed.execution_options(synchronize_session=False))


def under_lease(table: type[OutboxRow], row_id: UUID, token: str) -> tuple[ColumnElement[bool], ...]:
    """True of the row as long as nobody stopped it, and no other worker took it over."""
    return table.id == row_id, table.lease_token == token, table.state == LEASED


def settle(
    table: type[OutboxRow], row_id: UUID, token: str, state: str, *, due_at: datetime | None = None, **values: Any
) -> bool:
    """Write what became of an attempt and give the lease back; False, and nothing written, when it was lost.

    `due_at`: when it is tried again, for one that is pending anew.
    """
    written = (
        update(table)
        .where(*under_lease(table, row_id, token))
        .values(state=state, due_at=due_at or table.due_at, lease_token=None, lease_until=None, **values)
        .returning(table.id)
        .execution_options(synchronize_session=False)
    )
    return db.session.execute(written).first() is not None


def oldest_due(table: type[OutboxRow], *which: ColumnElement[bool]) -> Due:
    """Since when the row that waits longest is due, an abandoned one since its lease ran out."""
    since = case((table.state == LEASED, table.lease_until), else_=table.due_at)
    return select(func.min(since)).where(*which, table.state.in_((PENDING, LEASED)))
