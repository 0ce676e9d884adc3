"""The chain over the lines: sealed in order every minute, closed every day, shortened only beyond the retention."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import case, delete, func, literal, select
from sqlalchemy.exc import IntegrityError

from app import clock
from app.audit import chain
from app.audit.actions import record
from app.audit.models import AuditAnchor, AuditEvent, AuditSeal
from app.audit.rules import seal
from app.core.db import db, transaction
from app.jobs.timers import Due

log = structlog.get_logger()

SEAL_EVERY = timedelta(minutes=1)


def seal_due(now: datetime) -> int:
    """Seal every line that waits, once a minute; returns how many. Another worker may be faster: then none."""
    last = chain.last_seal()
    if (last and last.sealed_at > now - SEAL_EVERY) or not chain.unsealed(limit=1):
        return 0
    sealed = 0
    try:
        with transaction():
            close_day(now)
        while count := _seal_some(now):
            sealed += count
    except IntegrityError:
        log.info("audit_sealed_by_another")
    return sealed


def oldest_due(_now: datetime) -> Due:
    """Since when the first line after the last seal should have been sealed: a minute after that one, or at once."""
    last = chain.last_seal()
    if last is None:
        return select(AuditEvent.at).order_by(AuditEvent.id).limit(1)
    then = literal(last.sealed_at + SEAL_EVERY, AuditEvent.at.type)
    since = case((AuditEvent.at < then, then), else_=AuditEvent.at)
    return select(since).where(AuditEvent.id > last.event_id).order_by(AuditEvent.id).limit(1)


def _seal_some(now: datetime) -> int:
    with transaction():
        sequence, previous = chain.end_of_chain()
        lines = chain.unsealed()
        for line in lines:
            sequence += 1
            sealed = seal(previous, sequence, line.content)
            db.session.add(
                AuditSeal(sequence=sequence, event_id=line.id, previous=previous, hash=sealed, sealed_at=now)
            )
            previous = sealed
        return len(lines)


def close_day(now: datetime) -> None:
    """The first seal of a new day tells, in the trail and in the log, where the chain stood: whoever keeps the log
    elsewhere can show later that nothing was written anew."""
    last = chain.last_seal()
    if last is None or clock.paris(last.sealed_at).date() == clock.paris(now).date():
        return
    day, sequence = clock.paris(last.sealed_at).date().isoformat(), str(last.sequence)
    record("audit.day_sealed", last.event_id, now=now, day=day, sequence=sequence, hash=last.hash)
    log.info("audit_day_sealed", day=day, sequence=sequence, hash=last.hash)


def prune(before: datetime, now: datetime) -> int:
    """Remove the lines that are all older than `before`, from the beginning of the chain on; returns how many.

    The anchor comes first: the database lets go only of lines that one covers.
    """
    last = _last_before(before)
    if last is None:
        return 0
    gone = select(AuditSeal.event_id).where(AuditSeal.sequence <= last.sequence)
    lines = db.session.scalar(select(func.count()).select_from(gone.subquery())) or 0
    db.session.add(AuditAnchor(sequence=last.sequence, hash=last.hash, at=now))
    record("audit.pruned", last.event_id, now=now, sequence=last.sequence, hash=last.hash, lines=lines)
    db.session.flush()
    db.session.execute(delete(AuditEvent).where(AuditEvent.id.in_(gone)))
    db.session.execute(delete(AuditSeal).where(AuditSeal.sequence <= last.sequence))
    return lines


def _last_before(before: datetime) -> AuditSeal | None:
    """The last seal of which it and everything before it is older than `before`."""
    first_kept = (
        select(func.min(AuditSeal.sequence))
        .join(AuditEvent, AuditEvent.id == AuditSeal.event_id)
        .where(AuditEvent.at >= before)
    )
    kept = db.session.scalar(first_kept)
    older = select(AuditSeal).order_by(AuditSeal.sequence.desc()).limit(1)
    if kept is not None:
        older = older.where(AuditSeal.sequence < kept)
    return db.session.scalars(older).first()
