"""What a person's attention is spent on, and what waits so as not to spend it: wishes, alerts, digests."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update

from app.core import clock
from app.core.db import db, in_order, insert_into, lock_in_order
from app.core.timers import Due
from app.push import attention
from app.push.attention import Wishes
from app.push.models import Alert, Attention


def wishes_of(account_id: UUID) -> Wishes:
    row = db.session.get(Attention, account_id)
    return row.wishes if row else Wishes()


def wish(account_id: UUID, wishes: Wishes, now: datetime) -> None:
    """Hold to these wishes from now on, for what waits already too."""
    values = {
        "quiet": wishes.quiet,
        "quiet_from": wishes.quiet_from,
        "quiet_until": wishes.quiet_until,
        "quiet_days": "".join(str(day) for day in sorted(wishes.quiet_days)),
        "daily_cap": wishes.daily_cap,
        "grouped": wishes.grouped,
    }
    db.session.execute(
        insert_into(Attention)
        .values(account_id=account_id, **values)
        .on_conflict_do_update(index_elements=[Attention.account_id], set_=values)
    )
    waiting = in_order(Alert, Alert.account_id == account_id, Alert.rings_at.is_not(None))
    db.session.execute(
        update(Alert).where(Alert.id.in_(waiting)).values(rings_at=now).execution_options(synchronize_session=False)
    )


def rings_at(account_ids: Collection[UUID], now: datetime) -> dict[UUID, datetime]:
    """When what does not press may ring for each of these people."""
    rows = db.session.scalars(select(Attention).where(Attention.account_id.in_(account_ids)))
    wishes = {row.account_id: row.wishes for row in rows}
    told = told_today(wishes, now) if wishes else {}
    return {
        each: attention.rings_at(wishes.get(each, Wishes()), told.get(each, 0), now, clock.PARIS)
        for each in account_ids
    }


def free_at(account_id: UUID, now: datetime) -> datetime:
    """The same for what has waited for company already."""
    wishes = wishes_of(account_id)
    return attention.free_at(wishes, told_today([account_id], now).get(account_id, 0), now, clock.PARIS)


def told_today(account_ids: Collection[UUID], now: datetime) -> dict[UUID, int]:
    """How often each of these people was alerted since midnight in Paris; a digest is one alert."""
    rang = func.coalesce(Alert.digest_id, Alert.subject_id)
    counted = (
        select(Alert.account_id, func.count(rang.distinct()).label("number"))
        .where(Alert.account_id.in_(account_ids), Alert.rang_at >= attention.day_begins(now, clock.PARIS))
        .group_by(Alert.account_id)
    )
    return {row.account_id: row.number for row in db.session.execute(counted)}


def any_due(now: datetime) -> bool:
    """A plain read, so that an idle worker never takes SQLite's write lock from the people who tap."""
    return db.session.scalar(select(Alert.id).where(Alert.rings_at <= now).limit(1)) is not None


def oldest_due(_now: datetime) -> Due:
    return select(func.min(Alert.rings_at)).where(Alert.rings_at.is_not(None))


def people_due(now: datetime, limit: int) -> list[UUID]:
    """Whose time has come, held until the transaction ends; another worker's are left to it."""
    due = select(Alert.account_id).where(Alert.rings_at <= now).order_by(Alert.rings_at).limit(limit)
    return list(dict.fromkeys(db.session.scalars(due.with_for_update(key_share=True, skip_locked=True))))


def waiting_for(account_id: UUID) -> list[Alert]:
    waiting = select(Alert).where(Alert.account_id == account_id, Alert.rings_at.is_not(None)).order_by(Alert.id)
    return list(db.session.scalars(waiting.with_for_update(key_share=True, skip_locked=True)))


def end(subject_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """These subjects await nothing any more: what waits will never ring. Returns the digests in which nothing is
    left, with whose they are."""
    apart = Alert.rings_at.is_not(None) | Alert.digest_id.is_not(None)
    touched = db.session.execute(
        select(Alert.digest_id, Alert.account_id).where(Alert.subject_id.in_(subject_ids), apart)
    ).all()
    if not touched:  # As nearly always: whoever takes a request waits for one look, not for two writes.
        return {}
    lock_in_order(Alert, Alert.subject_id.in_(subject_ids), apart)
    forget_waiting(subject_ids)
    ended = update(Alert).where(Alert.subject_id.in_(subject_ids), Alert.digest_id.is_not(None)).values(over=True)
    db.session.execute(ended.execution_options(synchronize_session=False))
    digests = {row.digest_id: row.account_id for row in touched if row.digest_id}
    left = set(db.session.scalars(select(Alert.digest_id).where(Alert.digest_id.in_(digests), ~Alert.over)))
    return {digest: account for digest, account in digests.items() if digest not in left}


def forget_waiting(subject_ids: Collection[UUID]) -> None:
    waiting = in_order(Alert, Alert.subject_id.in_(subject_ids), Alert.rings_at.is_not(None))
    db.session.execute(delete(Alert).where(Alert.id.in_(waiting)).execution_options(synchronize_session=False))


def digests_with(subject_id: UUID) -> list[UUID]:
    digests = select(Alert.digest_id).where(Alert.subject_id == subject_id, Alert.digest_id.is_not(None))
    return [digest for digest in db.session.scalars(digests) if digest]
