"""Keeping a form that could not be sent, and forgetting it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select

from app.core.db import db, insert_into, new_id, transaction
from app.drafts.models import Draft
from app.drafts.rules import DRAFT_LASTS, MOST_DRAFTS
from app.membership.leaving import Departure


def keep(account_id: UUID, path: str, body: str, *, lost_files: bool, now: datetime) -> UUID:
    """Keep what this person typed for `path`, instead of what she typed there before; returns its id."""
    _forget(Draft.expires_at <= now)
    values = {"body": body, "lost_files": lost_files, "expires_at": now + DRAFT_LASTS}
    statement = insert_into(Draft).values(id=new_id(), account_id=account_id, path=path, **values)
    kept: UUID = db.session.scalars(
        statement.on_conflict_do_update(index_elements=[Draft.account_id, Draft.path], set_=values).returning(Draft.id)
    ).one()
    newest = select(Draft.id).where(Draft.account_id == account_id).order_by(Draft.expires_at.desc(), Draft.id.desc())
    too_many = db.session.scalars(newest.offset(MOST_DRAFTS)).all()
    _forget(Draft.id.in_(too_many))
    return kept


def forget(account_id: UUID, path: str) -> None:
    """It was sent, or is wanted no more."""
    _forget((Draft.account_id == account_id) & (Draft.path == path))


def forget_all(departure: Departure) -> None:
    """What she typed may be about people of the place that she has left."""
    _forget(Draft.account_id == departure.account_id)


def forget_due(now: datetime) -> int:
    """Forget what was kept for a shift; returns how many. A worker item."""
    if db.session.scalar(select(Draft.id).where(Draft.expires_at <= now).limit(1)) is None:
        return 0
    with transaction():
        return _forget(Draft.expires_at <= now)


def _forget(which: ColumnElement[bool]) -> int:
    statement = delete(Draft).where(which).returning(Draft.id).execution_options(synchronize_session=False)
    return len(db.session.scalars(statement).all())
