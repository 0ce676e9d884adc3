"""The trail: nothing in it changes, and whoever gets round the database is found out. On both engines."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs

from app import clock
from app.audit import chain, sealing
from app.audit.actions import EVENTS, record
from app.audit.models import AuditAnchor, AuditEvent, AuditSeal
from app.audit.origin import Source, came_by
from app.audit.words import ACTS, REASONS, RESULTS, SOURCES
from app.core.db import Model, db, new_id, transaction


def lines(number: int) -> None:
    with transaction():
        for _ in range(number):
            record("account.signed_out", uuid4(), now=clock.now())


def seal() -> int:
    """A minute later, the worker passes."""
    clock.advance(timedelta(minutes=1))
    return sealing.seal_due(clock.now())


def broken() -> str | None:
    db.session.rollback()
    db.session.expire_all()
    return chain.verify().broken


def by_force(statement: Any) -> None:
    """What somebody does who owns the database and switches its guards off."""
    with transaction():
        for table in ("audit_event", "audit_seal"):
            if db.engine.dialect.name == "postgresql":
                db.session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
            else:
                for trigger in ("unchanged", "kept"):
                    db.session.execute(text(f"DROP TRIGGER IF EXISTS {table}_{trigger}"))
        db.session.execute(statement)


def test_every_line_is_sealed_in_order_and_the_chain_holds(app: Flask, now: object) -> None:
    lines(3)
    assert chain.verify().waiting == 3
    assert seal() == 3
    lines(2)
    assert seal() == 2
    verdict = chain.verify()
    assert (verdict.lines, verdict.waiting, verdict.sequence, verdict.broken) == (5, 0, 5, None)
    assert seal() == 0


def test_seals_are_made_once_a_minute_and_many_at_a_time(
    app: Flask, now: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain.unsealed, "__defaults__", (2,))
    lines(5)
    assert seal() == 5
    lines(1)
    assert sealing.seal_due(clock.now()) == 0, "a minute has not passed"
    assert seal() == 1
    assert broken() is None


def test_a_line_committed_late_takes_the_next_place(app: Flask, now: object) -> None:
    early = new_id()
    lines(2)
    seal()
    with transaction():
        record("account.signed_out", uuid4(), now=clock.now())
        db.session.info["appended"][AuditEvent][0]["id"] = early
    assert seal() == 1
    assert db.session.scalar(select(AuditSeal.sequence).where(AuditSeal.event_id == early)) == 3
    assert broken() is None


@pytest.mark.parametrize("model", [AuditEvent, AuditSeal, AuditAnchor])
def test_the_database_refuses_to_change_or_remove_a_line(app: Flask, now: object, model: type[Model]) -> None:
    lines(2)
    seal()
    with transaction():
        db.session.add(AuditAnchor(sequence=0, hash="0" * 64, at=clock.now()))
    column = {"audit_event": "why", "audit_seal": "hash", "audit_anchor": "hash"}[model.__tablename__]
    changes = [update(model).values({column: "x"}), delete(model)]
    if db.engine.dialect.name == "postgresql":
        changes.append(text(f"TRUNCATE {model.__tablename__}"))  # type: ignore[arg-type]
    for change in changes:
        with pytest.raises(DBAPIError, match="append-only"), transaction():
            db.session.execute(change)
    assert len(db.session.scalars(select(AuditEvent)).all()) == 2


def test_one_changed_letter_is_found(app: Flask, now: object) -> None:
    lines(4)
    seal()
    second = db.session.scalars(select(AuditSeal.event_id).where(AuditSeal.sequence == 2)).one()
    by_force(update(AuditEvent).where(AuditEvent.id == second).values(why="sign-oat"))
    assert broken() == "2 was changed"


@pytest.mark.parametrize(
    "column", ["at", "event", "actor_id", "subject_id", "patient_id", "source", "client", "result", "detail"]
)
def test_every_column_is_covered(app: Flask, now: object, column: str) -> None:
    lines(1)
    seal()
    other: dict[str, object] = {"at": clock.now(), "detail": {"a": "b"}}
    value = other.get(column, uuid4() if column.endswith("_id") else "other")
    by_force(update(AuditEvent).values({column: value}))
    assert broken() == "1 was changed"


def test_a_removed_line_is_found(app: Flask, now: object) -> None:
    lines(4)
    seal()
    third = db.session.scalars(select(AuditSeal.event_id).where(AuditSeal.sequence == 3)).one()
    by_force(delete(AuditEvent).where(AuditEvent.id == third))
    assert broken() == "3 was removed"
    by_force(delete(AuditSeal).where(AuditSeal.sequence == 3))
    assert broken() == "3 is missing"


def test_a_line_slipped_into_the_past_is_found(app: Flask, now: object) -> None:
    lines(2)
    seal()
    last_week = UUID(int=new_id().int - (7 * 86_400_000 << 80))
    line = {
        **{"id": last_week, "at": clock.now() - timedelta(days=7), "event": "account.signed_out", "why": "sign-out"},
        **{"subject_id": uuid4(), "source": "web", "client": "", "result": "done", "detail": {}},
    }
    by_force(insert(AuditEvent).values(**line))
    assert seal() == 0
    assert broken() == "a line was slipped in that was never sealed"


def test_an_end_cut_off_is_found_by_who_noted_the_last_seal(app: Flask, now: object) -> None:
    lines(4)
    seal()
    end = chain.verify()
    by_force(delete(AuditEvent).where(AuditEvent.id.in_(select(AuditSeal.event_id).where(AuditSeal.sequence > 2))))
    by_force(delete(AuditSeal).where(AuditSeal.sequence > 2))
    assert broken() is None, "nothing inside can tell"
    assert chain.verify((end.sequence, end.hash)).broken == "3 is missing"
    assert chain.verify((2, "f" * 64)).broken == "2 is not what was noted"


def test_the_first_seal_of_a_day_tells_where_the_chain_stood(app: Flask, now: object) -> None:
    lines(3)
    seal()
    yesterday = chain.last_seal().hash
    clock.advance(timedelta(days=1))
    lines(1)
    with capture_logs() as log:
        assert seal() == 2
    told = db.session.scalars(select(AuditEvent).where(AuditEvent.event == "audit.day_sealed")).one()
    assert told.detail == {"day": "2026-11-24", "sequence": "3", "hash": yesterday}
    assert [line["hash"] for line in log if line["event"] == "audit_day_sealed"] == [yesterday]
    lines(1)
    seal()
    assert len(db.session.scalars(select(AuditEvent).where(AuditEvent.event == "audit.day_sealed")).all()) == 1


def test_pruning_removes_only_what_is_too_old_and_the_chain_goes_on(app: Flask, now: object) -> None:
    lines(3)
    seal()
    clock.advance(timedelta(days=400))
    lines(2)
    seal()
    for gone in (3, 0):
        with transaction():
            assert sealing.prune(clock.now() - timedelta(days=365), clock.now()) == gone
    seal()
    verdict = chain.verify()
    # Two lines, the day's seal, and the one that tells of the pruning.
    assert (verdict.lines, verdict.sequence, verdict.broken) == (4, 7, None)

    clock.advance(timedelta(days=400))
    with transaction():
        assert sealing.prune(clock.now() - timedelta(days=365), clock.now()) == 4
    assert chain.verify().broken is None, "even when nothing sealed is left"
    seal()
    lines(1)
    seal()
    verdict = chain.verify()
    assert (verdict.lines, verdict.sequence, verdict.broken) == (2, 9, None)


def test_pruning_in_secret_is_found(app: Flask, now: object) -> None:
    lines(3)
    seal()
    second = db.session.scalars(select(AuditSeal).where(AuditSeal.sequence == 2)).one()
    with transaction():
        db.session.add(AuditAnchor(sequence=2, hash=second.hash, at=clock.now()))
        covered = select(AuditSeal.event_id).where(AuditSeal.sequence <= 2)
        db.session.flush()
        db.session.execute(delete(AuditEvent).where(AuditEvent.id.in_(covered)))
        db.session.execute(delete(AuditSeal).where(AuditSeal.sequence <= 2))
    assert broken() == "nothing tells why the lines up to 2 are gone"


def test_from_where(app: Flask, now: object) -> None:
    came_by(Source.CLI)  # Whoever ran here before may have been the worker.

    def door() -> tuple[str, str, str]:
        with transaction():
            record("account.signed_out", uuid4(), now=clock.now())
        line = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
        return line.source, line.client, line.result

    assert door() == ("cli", "", "done")
    forged = {"X-Forwarded-For": "198.51.100.9"}
    with app.test_request_context("/", environ_base={"REMOTE_ADDR": "203.0.113.77"}, headers=forged):
        assert door() == ("web", "203.0.113.0/24", "done")
        came_by(Source.NOTICE)
        assert door() == ("notice", "203.0.113.0/24", "done")
    assert door() == ("cli", "", "done")


def test_every_event_reason_source_and_result_has_its_words() -> None:
    assert set(ACTS) == set(EVENTS)
    assert set(SOURCES) == set(Source)
    assert set(RESULTS) == {"done", "refused"}
    assert "care" in REASONS
