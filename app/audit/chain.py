"""Reading the chain, and asking whether it still holds."""

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, func, select

from app.audit.models import AuditAnchor, AuditEvent, AuditSeal
from app.audit.rules import BEGINNING, first_id_of, moment_of, trouble
from app.core.db import db

LATE_ARRIVALS = timedelta(days=1)
"""A line may be committed after a younger one was sealed. No transaction lasts a day, so whatever appears before
that was slipped in, is never sealed, and is what `verify` finds."""

AT_A_TIME = 500


@dataclass(frozen=True)
class ChainVerdict:
    """`broken`: what is wrong first, None when the chain holds. `sequence` and `hash` are its end."""

    lines: int
    waiting: int
    sequence: int
    hash: str
    broken: str | None


def last_seal() -> AuditSeal | None:
    return db.session.scalars(select(AuditSeal).order_by(AuditSeal.sequence.desc()).limit(1)).first()


def last_anchor() -> AuditAnchor | None:
    return db.session.scalars(select(AuditAnchor).order_by(AuditAnchor.sequence.desc()).limit(1)).first()


def end_of_chain() -> tuple[int, str]:
    """Sequence and hash of the last sealed line; of the anchor, when nothing was sealed since."""
    last = last_seal() or last_anchor()
    return (last.sequence, last.hash) if last else (0, BEGINNING)


def unsealed(limit: int = AT_A_TIME) -> Sequence[AuditEvent]:
    """Lines that wait for their seal, in the order they were written."""
    return db.session.scalars(select(AuditEvent).where(*_waits()).order_by(AuditEvent.id).limit(limit)).all()


def _no_seal() -> ColumnElement[bool]:
    return ~select(AuditSeal.sequence).where(AuditSeal.event_id == AuditEvent.id).exists()


def _waits() -> list[ColumnElement[bool]]:
    last = last_seal()
    recent = [AuditEvent.id > first_id_of(moment_of(last.event_id) - LATE_ARRIVALS)] if last else []
    return [_no_seal(), *recent]


def _count(*conditions: ColumnElement[bool]) -> int:
    return int(db.session.scalar(select(func.count()).select_from(AuditEvent).where(*conditions)) or 0)


def verify(noted: tuple[int, str] | None = None) -> ChainVerdict:
    """Walk the whole chain. `noted`: (sequence, hash) that somebody kept elsewhere, which it must still contain.

    Only such a note can show that the end was cut off, or that everything was written anew.
    """
    anchor = last_anchor()
    sequence, previous = (anchor.sequence, anchor.hash) if anchor else (0, BEGINNING)
    broken = None if anchor is None or _told(anchor) else f"nothing tells why the lines up to {sequence} are gone"
    lines = 0
    with closing(_links(sequence)) as links:
        for seal, event in links:
            found = (seal.sequence, seal.previous, seal.hash)
            broken = broken or trouble((sequence + 1, previous), found, event.content if event else None)
            if noted and noted[0] == seal.sequence and noted[1] != seal.hash:
                broken = broken or f"{seal.sequence} is not what was noted"
            if broken:
                break
            sequence, previous, lines = seal.sequence, seal.hash, lines + 1
    waiting = _count(*_waits())
    if not broken and noted and noted[0] > sequence:
        broken = f"{sequence + 1} is missing"
    if not broken and _count(_no_seal()) != waiting:
        broken = "a line was slipped in that was never sealed"
    return ChainVerdict(lines, waiting, sequence, previous, broken)


def _links(after: int) -> Generator[tuple[AuditSeal, AuditEvent | None], None, None]:
    statement = (
        select(AuditSeal, AuditEvent)
        .outerjoin(AuditEvent, AuditEvent.id == AuditSeal.event_id)
        .where(AuditSeal.sequence > after)
        .order_by(AuditSeal.sequence)
        .execution_options(yield_per=AT_A_TIME)
    )
    with db.session.execute(statement) as rows:
        yield from rows


def _told(anchor: AuditAnchor) -> bool:
    """Removing old lines is itself a line, which stands in the chain that goes on."""
    told = db.session.scalars(select(AuditEvent.detail).where(AuditEvent.event == "audit.pruned"))
    return any((line["sequence"], line["hash"]) == (str(anchor.sequence), anchor.hash) for line in told)
