"""Two who wait for each other's rows: rows are locked in one order, and whom PostgreSQL undoes all the same is done
again before anybody hears of it. SQLite has one writer, who waits for nobody."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from flask import Flask
from sqlalchemy import event, select
from structlog.testing import capture_logs

from app import clock
from app.accounts.actions import lock_account
from app.care_requests import actions as care_requests
from app.care_requests.models import State
from app.core.db import db, insert_rows, transaction
from app.dispatch import search
from app.dispatch.models import Offer, OfferState
from app.messages import actions as messages
from app.messages import channels
from app.messages.models import Alert
from app.push import actions as devices
from app.push import outbox
from app.push.models import Message, MessageState, Subscription
from app.push.outbox import Attempt, ClaimedMessage
from app.push.rules import Channel, MessageVerdict
from tests.factories.town import Nurse, Town

LATER = clock.now() + timedelta(hours=1)


@pytest.fixture(params=["postgresql"])
def engine_url(request: pytest.FixtureRequest) -> Iterator[str]:
    server, model = request.getfixturevalue("postgres"), request.getfixturevalue("postgresql_model")
    url = server.lend_database(like=model)
    yield url
    server.take_back(url, like=model)


@contextmanager
def another(app: Flask) -> Iterator[psycopg.Connection[Any]]:
    """A connection that is none of ours, that waits for an hour: in a deadlock it is the other who is undone."""
    with psycopg.connect(app.config["SETTINGS"].database_url.replace("+psycopg", "")) as other:
        other.execute("SET deadlock_timeout = '1h'")
        other.commit()
        yield other
        other.rollback()


def waits_for(other: psycopg.Connection[Any], app: Flask) -> bool:
    """Whether anybody waits for a row that this connection holds."""
    with psycopg.connect(app.config["SETTINGS"].database_url.replace("+psycopg", ""), autocommit=True) as watcher:
        blocked = "SELECT count(*) FROM pg_stat_activity WHERE %s = ANY (pg_blocking_pids(pid))"
        return watcher.execute(blocked, [other.info.backend_pid]).fetchone() != (0,)


def is_waiting(other: psycopg.Connection[Any], app: Flask) -> bool:
    with psycopg.connect(app.config["SETTINGS"].database_url.replace("+psycopg", ""), autocommit=True) as watcher:
        blocked = "SELECT cardinality(pg_blocking_pids(%s))"
        return watcher.execute(blocked, [other.info.backend_pid]).fetchone() != (0,)


def wait_until(true: Callable[[], bool]) -> None:
    ends = time.monotonic() + 60
    while not true():
        assert time.monotonic() < ends, "it never came to that"
        time.sleep(0.005)


# One order


def messages_out_of_order(town: Town, nurse: Nurse) -> tuple[UUID, list[UUID]]:
    """Five messages about one subject, one for each device and a mail, whose rows lie in the table by descending id;
    returns the subject and the ids in ascending order."""
    subject, now, ids = uuid4(), clock.now(), sorted(uuid4() for _ in range(5))
    with transaction():
        devices = [new_device(nurse.account_id) for _ in range(4)]
        for number, message_id in enumerate(reversed(ids)):
            device = devices[number] if number < 4 else None
            insert_rows(Message, [a_row(message_id, nurse.account_id, device, subject, now)])
    return subject, ids


def new_device(account_id: UUID) -> UUID:
    keys = {"endpoint": f"https://push.example/{uuid4()}", "p256dh": "x", "auth": "x"}
    row = Subscription(account_id=account_id, created_at=clock.now(), **keys)
    db.session.add(row)
    db.session.flush()
    return row.id


def a_row(message_id: UUID, account_id: UUID, device: UUID | None, subject: UUID, now: Any) -> dict[str, Any]:
    return {
        "id": message_id,
        "account_id": account_id,
        "subscription_id": device,
        "channel": Channel.PUSH if device else Channel.EMAIL,
        "subject_id": subject,
        "step": "offer",
        "payload": {"text": ""},
        "topic": "t",
        "urgency": "normal",
        "state": MessageState.LEASED,
        "due_at": now,
        "expires_at": now + timedelta(hours=1),
        "lease_token": "ours",
        "lease_until": now + timedelta(minutes=1),
    }


def settles(_subject: UUID, ids: list[UUID]) -> None:
    """The worker says what became of them: two were taken, one has no device any more."""
    rows = {row.id: row for row in db.session.scalars(select(Message).where(Message.id.in_(ids)))}
    fates = [
        MessageVerdict(state="sent"),
        MessageVerdict(state="failed", forget_device=True),
        MessageVerdict(state="failed"),
    ]
    group = [
        Attempt(claimed(rows[message_id]), verdict, 201, clock.now())
        for message_id, verdict in zip((ids[3], ids[2], ids[0]), fates, strict=True)
    ]
    outbox.settle_all(group)


def claimed(row: Message) -> ClaimedMessage:
    told = {name: getattr(row, name) for name in ("id", "subject_id", "lease_token", "topic", "urgency", "attempts")}
    device = {"device_id": row.subscription_id, "origin": "", "endpoint": "", "p256dh": "", "auth": "", "vapid_key": ""}
    return ClaimedMessage(**told, **device, lease_until=clock.now(), notice={}, expires_at=row.expires_at)


VERBS: list[Callable[[UUID, list[UUID]], object]] = [
    lambda subject, _ids: messages.drop(subject),
    lambda subject, _ids: messages.see(subject),
    lambda subject, _ids: messages.supersede(
        {subject: ([], messages.NOTHING_LEFT)}, "x", now=clock.now(), expires_at=LATER
    ),
    lambda _subject, ids: devices.receive(ids[3], clock.now()),
    lambda _subject, ids: channels.report_sms(ids[3], True, clock.now()),
    settles,
]


@pytest.mark.parametrize("verb", VERBS)
def test_messages_are_locked_by_id_whatever_is_done_to_them(
    town: Town, verb: Callable[[UUID, list[UUID]], object]
) -> None:
    """Whoever waits for the first of them holds none of the others: nobody can wait for it in a circle."""
    maya = town.nurse("Maya", phone=False)
    subject, ids = messages_out_of_order(town, maya)
    db.session.remove()
    assert_waits_holding_nothing(town, f"SELECT FROM push_message WHERE id = '{ids[0]}'", verb, subject, ids)


def assert_waits_holding_nothing(
    town: Town, rows: str, verb: Callable[[UUID, list[UUID]], object], subject: UUID, ids: list[UUID]
) -> None:
    """While another holds `rows`, the verb waits, and all these messages are still free."""

    def acts() -> None:
        with town.app.app_context(), transaction():
            verb(subject, ids)

    with another(town.app) as other:
        other.execute(f"{rows} FOR UPDATE")
        acting = threading.Thread(target=acts)
        acting.start()
        wait_until(lambda: waits_for(other, town.app))
        free = other.execute("SELECT id FROM push_message WHERE id = ANY(%s) FOR UPDATE SKIP LOCKED", [ids]).fetchall()
        other.rollback()
        acting.join()
    assert sorted(row[0] for row in free) == ids


def test_an_acceptance_locks_the_messages_of_all_who_were_asked_at_once(town: Town) -> None:
    """Not hers first and the others' later: the worker settles them by id, wherever hers stand among them."""
    nurses = [town.nurse(name, km=km) for name, km in (("Maya", 1), ("Sonia", 1.1), ("Karima", 1.2))]
    town.asks_at_once("home-care", 3)
    town.asks()
    town.time_passes(seconds=1)
    ids = sorted(db.session.scalars(select(Message.id)))
    last = max(nurses, key=lambda nurse: max(message_ids(nurse)))
    assert ids[0] not in message_ids(last)
    offer = last.offer().id
    db.session.remove()
    with another(town.app) as other:
        other.execute("SELECT FROM push_message WHERE id = %s FOR UPDATE", [ids[0]])
        tap = threading.Thread(target=lambda: last.post(f"/offers/{offer}/acceptance", htmx=True))
        tap.start()
        wait_until(lambda: waits_for(other, town.app))
        free = other.execute("SELECT id FROM push_message FOR UPDATE SKIP LOCKED").fetchall()
        other.rollback()
        tap.join()
    assert sorted(row[0] for row in free) == ids
    assert last.offer().state is OfferState.WON


@pytest.mark.parametrize("verb", VERBS[:3])
def test_alerts_are_locked_before_messages(town: Town, verb: Callable[[UUID, list[UUID]], object]) -> None:
    maya = town.nurse("Maya", phone=False)
    subject, ids = messages_out_of_order(town, maya)
    with transaction():
        rows = {"subject_id": subject, "step": "offer", "notice": {}, "rings_at": LATER, "expires_at": LATER}
        insert_rows(Alert, [{"account_id": maya.account_id, **rows}])
    db.session.remove()
    assert_waits_holding_nothing(town, f"SELECT FROM push_alert WHERE subject_id = '{subject}'", verb, subject, ids)


def message_ids(nurse: Nurse) -> set[UUID]:
    return set(db.session.scalars(select(Message.id).where(Message.account_id == nurse.account_id)))


def test_who_holds_a_request_or_an_account_does_not_stop_what_only_refers_to_it(town: Town) -> None:
    """A step, an alert, a line of the trail refer to both: with `FOR UPDATE` each would wait for whoever holds one."""
    maya, request = town.nurse("Maya", phone=False), town.asks()
    with transaction():
        care_requests.lock(request)
        lock_account(maya.account_id)
        with another(town.app) as other:
            for table, row_id in (("care_request", request), ("account", maya.account_id)):
                other.execute(f"SELECT FROM {table} WHERE id = %s FOR KEY SHARE NOWAIT", [row_id])


# A deadlock all the same


def test_a_tap_that_lost_a_deadlock_wins_all_the_same(town: Town) -> None:
    """The other holds a message about her offer and waits for the request, which her tap holds: hers is undone."""
    maya = town.nurse("Maya")
    request = town.asks()
    town.time_passes(seconds=1)
    offer = maya.offer().id
    db.session.remove()
    with another(town.app) as other, capture_logs() as logged:
        other.execute("SELECT FROM push_message WHERE subject_id = %s FOR UPDATE", [offer])
        with waits_before(
            town.app, "push_message", other, "SELECT FROM care_request WHERE id = %s FOR UPDATE", request
        ):
            answer = maya.post(f"/offers/{offer}/acceptance", htmx=True)
    assert answer.status_code == 200
    assert town.request(request).state is State.ACCEPTED
    won = select(Offer.id).where(Offer.request_id == request, Offer.state == OfferState.WON)
    assert db.session.scalars(won).all() == [offer]
    events = [line["event"] for line in logged]
    assert "request_again" in events
    assert not {"database_away", "database_busy", "bug"} & {*events}


@contextmanager
def waits_before(
    app: Flask, table: str, other: psycopg.Connection[Any], statement: str, row_id: UUID
) -> Iterator[None]:
    """Just before we touch `table` for the first time, let `other` begin to wait for what we hold; when it has it,
    it lets go of everything."""
    threads: list[threading.Thread] = []

    def wait_then_let_go() -> None:
        other.execute(statement, [row_id])
        other.rollback()

    def before(_connection: object, _cursor: object, said: str, *_rest: object) -> None:
        if table in said and "UPDATE" in said and not threads:
            threads.append(threading.Thread(target=wait_then_let_go))
            threads[0].start()
            wait_until(lambda: is_waiting(other, app))

    event.listen(db.engine, "before_cursor_execute", before)
    try:
        yield
    finally:
        event.remove(db.engine, "before_cursor_execute", before)
        for thread in threads:
            thread.join()
    assert threads, "the table was never touched"


# What is swallowed


def test_a_group_of_searches_that_fails_together_is_seen(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is then tried alone and moves: without a line in the log nobody would know why the worker is slow."""
    town.nurse("Maya", phone=False)
    request = town.asks()
    alone = search.advance

    def fails_together(requests: Any, now: Any) -> None:
        if not logged:
            raise ZeroDivisionError
        alone(requests, now)

    with capture_logs() as logged:
        monkeypatch.setattr(search, "advance", fails_together)
        assert search.advance_due(clock.now()) == 1
    assert [(line["event"], line["requests"]) for line in logged] == [("searches_failed_together", [str(request)])]
    assert logged[0]["exc_info"] is True
