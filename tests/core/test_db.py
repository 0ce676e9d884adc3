"""The one way to write: together or not at all, and two at once both succeed."""

import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
from flask import Flask, Response, g, request
from sqlalchemy import func, select, text
from sqlalchemy.exc import DataError, IntegrityError, StatementError

from app import clock
from app.accounts import sessions
from app.audit import refusals
from app.core import db as floor
from app.core.db import NestedTransaction, db, insert_rows, transaction
from app.live.actions import changed
from app.live.models import Topic


def topics() -> dict[str, int]:
    db.session.rollback()
    return {name: int(version) for name, version in db.session.execute(select(Topic.name, Topic.version))}


def topic(name: str) -> Topic:
    return Topic(name=name, version=1, changed_at=clock.now())


def begin_and_fail(error: type[BaseException], write: Callable[[], object] | None = None) -> None:
    with transaction():
        if write:
            write()
        db.session.add(topic("x"))
        db.session.flush()
        raise error


def test_a_naive_datetime_is_refused(app: Flask) -> None:
    with pytest.raises(StatementError, match="naive"), transaction():
        db.session.add(Topic(name="x", version=1, changed_at=datetime(2026, 11, 24)))
    assert topics() == {}


def test_instants_come_back_aware_and_equal(app: Flask) -> None:
    at = clock.paris(clock.now())
    with transaction():
        db.session.add(Topic(name="x", version=1, changed_at=at))
    kept = db.session.get_one(Topic, "x").changed_at
    assert kept == at
    assert kept.tzinfo is not None


def test_all_or_nothing(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError):
        begin_and_fail(ZeroDivisionError)
    assert topics() == {}


def test_even_a_process_told_to_stop_leaves_nothing_half_written(app: Flask) -> None:
    with pytest.raises(KeyboardInterrupt):
        begin_and_fail(KeyboardInterrupt)
    assert topics() == {}


def test_what_a_failed_transaction_had_to_tell_is_forgotten(app: Flask) -> None:
    key = clock.now().date()
    with pytest.raises(ZeroDivisionError):
        begin_and_fail(ZeroDivisionError, lambda: changed("failed", key))
    with transaction():
        changed("kept", key)
    assert topics() == {f"kept-{key}": 1}


def test_what_is_left_to_write_is_written_in_the_same_transaction(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(floor, "_before_commit", [])
    floor.before_commit(lambda: db.session.add(topic("last")))
    with transaction():
        db.session.add(topic("first"))
    assert topics() == {"first": 1, "last": 1}

    def fails() -> None:
        raise ZeroDivisionError

    floor.before_commit(fails)
    with pytest.raises(ZeroDivisionError), transaction():
        db.session.add(topic("lost"))
    assert "lost" not in topics()


def write_around(inner: Callable[[], None]) -> None:
    with transaction():
        db.session.add(topic("outer"))
        db.session.flush()
        inner()


def open_another(app: Flask) -> None:
    with transaction():
        pass


def open_another_elsewhere(app: Flask) -> None:
    """A context of its own has a session of its own: it would wait for what the outer transaction holds."""
    with app.app_context(), transaction():
        pass


def note_presence(app: Flask) -> None:
    sessions._noting(uuid4(), clock.now())()


def note_refusal(app: Flask) -> None:
    with app.test_request_context("/"), login_user_of(uuid4()):
        refusals.note_refusal(Response(status=404))


@contextmanager
def login_user_of(account_id: UUID) -> Iterator[None]:
    request.view_args = {"offer_id": uuid4()}
    g._login_user = SimpleNamespace(is_authenticated=True, id=account_id)
    yield


@pytest.mark.parametrize("inner", [open_another, open_another_elsewhere, note_presence, note_refusal])
def test_a_transaction_inside_another_is_refused_loudly(app: Flask, inner: Callable[[Flask], None]) -> None:
    """PostgreSQL would undo the outer one in silence, and SQLite wait for it without end."""
    with pytest.raises(NestedTransaction):
        write_around(lambda: inner(app))
    assert topics() == {}
    with transaction():
        db.session.add(topic("after"))
    assert topics() == {"after": 1}


def test_whoever_swallows_the_refusal_keeps_the_outer_work(app: Flask) -> None:
    with transaction():
        db.session.add(topic("outer"))
        db.session.flush()
        with suppress(NestedTransaction), transaction():
            db.session.add(topic("inner"))
    assert topics() == {"outer": 1}


def test_what_is_written_last_opens_no_transaction_either(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(floor, "_before_commit", [lambda: open_another(app)])
    with pytest.raises(NestedTransaction), transaction():
        db.session.add(topic("outer"))
    assert topics() == {}


def test_what_was_read_before_is_read_again(app: Flask) -> None:
    with transaction():
        db.session.add(topic("x"))
    assert db.session.get_one(Topic, "x").version == 1

    def elsewhere() -> None:
        with app.app_context(), transaction():
            db.session.get_one(Topic, "x").version = 2

    other = threading.Thread(target=elsewhere)
    other.start()
    other.join()
    with transaction():
        assert db.session.get_one(Topic, "x").version == 2


def test_writers_queue_up_and_none_fails(app: Flask) -> None:
    """Reading first and writing later is what breaks SQLite when two do it at once."""
    with transaction():
        db.session.add(Topic(name="x", version=0, changed_at=clock.now()))
    ready, failures = threading.Barrier(8), []

    def writes() -> None:
        ready.wait()
        for _ in range(10):
            try:
                with app.app_context(), transaction():
                    db.session.scalar(select(func.count()).select_from(Topic))
                    held = select(Topic).where(Topic.name == "x").with_for_update()
                    db.session.scalars(held).one().version += 1
            except Exception as error:
                failures.append(error)

    writers = [threading.Thread(target=writes) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert failures == []
    assert topics() == {"x": 80}


def test_an_error_of_the_database_quotes_no_value(app: Flask) -> None:
    """What breaks a rule may be a patient's, and errors are logged."""
    with transaction():
        db.session.add(topic("known-value"))
    with pytest.raises(IntegrityError) as error, transaction():
        insert_rows(Topic, [{"name": "known-value", "version": 1, "changed_at": clock.now()}])
    told = "".join(traceback.format_exception_only(error.value) + traceback.format_exception_only(error.value.orig))
    assert "UNIQUE" in told.upper()
    assert "known-value" not in told


KINDS = ("CAST(:said AS integer)", "CAST(:said AS uuid)", "CAST(:said AS timestamptz)", "CAST(:said AS json)")


def test_a_value_of_no_right_kind_is_not_quoted_either(app: Flask) -> None:
    for kind in KINDS if db.engine.dialect.name == "postgresql" else ():
        with pytest.raises(DataError) as error, transaction():
            db.session.execute(text(f"SELECT {kind}"), {"said": 'Marchand\n"Monique"'})
        told = f"{error.value} {error.value.orig}"
        assert "Marchand" not in told
        assert "Monique" not in told
