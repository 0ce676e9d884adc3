"""Leases: nobody sends what another holds, and nobody's death loses a row."""

import threading
from datetime import timedelta

import pytest
from flask import Flask

from app import clock
from app.core.db import db, transaction
from app.messages.actions import drop
from app.push import outbox
from app.push.actions import receive
from app.push.models import MessageState
from app.push.outbox import ClaimedMessage, forget_device
from app.push.rules import MessageVerdict
from tests.push.house import Phone, new_phone
from tests.services.push_service import FakePushService

SENT = MessageVerdict("sent")


def claim(worker: str, limit: int = 50) -> list[ClaimedMessage]:
    with transaction():
        return outbox.claim(limit, worker, clock.now())


def settle(message: ClaimedMessage, verdict: MessageVerdict = SENT) -> bool:
    with transaction():
        return outbox.settle(message, verdict, 201, clock.now())


def test_a_claimed_row_is_leased_and_not_given_twice(phone: Phone) -> None:
    phone.owe()
    [claimed] = claim("first")
    assert (claimed.endpoint, claimed.attempts) == (phone.device.endpoint, 1)
    assert phone.message.state is MessageState.LEASED
    assert claim("second") == []


def test_a_lease_that_runs_out_goes_to_another_and_its_old_holder_settles_nothing(phone: Phone) -> None:
    phone.owe()
    [mine] = claim("first")
    clock.advance(outbox.LEASE + timedelta(seconds=1))
    [taken] = claim("second")
    assert (taken.id, taken.attempts) == (mine.id, 2)
    assert not settle(mine, MessageVerdict("failed"))
    assert phone.message.state is MessageState.LEASED
    assert settle(taken)
    assert phone.message.state is MessageState.SENT
    assert phone.message.sent_at == clock.now()


def test_what_is_not_due_yet_waits(phone: Phone) -> None:
    phone.owe()
    [claimed] = claim("first")
    settle(claimed, MessageVerdict("pending", due_at=clock.now() + timedelta(seconds=20)))
    assert claim("first") == []
    clock.advance(timedelta(seconds=20))
    assert len(claim("first")) == 1


def test_past_its_deadline_a_message_is_expired_not_sent(phone: Phone) -> None:
    phone.owe(lasts=timedelta(minutes=1))
    [claimed] = claim("first")
    settle(claimed, MessageVerdict("pending", due_at=clock.now() + timedelta(seconds=30)))
    clock.advance(timedelta(minutes=1))
    assert claim("first") == []
    assert phone.message.state is MessageState.EXPIRED


def test_a_message_whose_offer_is_gone_is_no_longer_ours(phone: Phone) -> None:
    phone.owe()
    [claimed] = claim("first")
    with transaction():
        drop(phone.subject_id)
    assert not settle(claimed)
    assert phone.message.state is MessageState.STALE


def test_a_receipt_that_overtakes_the_answer_stands(phone: Phone) -> None:
    phone.owe()
    [claimed] = claim("first")
    with transaction():
        receive(claimed.id, clock.now())
    assert not settle(claimed, MessageVerdict("pending", due_at=clock.now()))
    assert phone.message.state is MessageState.RECEIVED


def test_what_was_owed_to_a_forgotten_device_has_failed(phone: Phone) -> None:
    phone.owe()
    with transaction():
        forget_device(phone.device_id)
    assert phone.message.state is MessageState.FAILED
    assert phone.message.subscription is None


@pytest.mark.parametrize("workers", [4])
def test_workers_share_the_rows_and_never_one_row(app: Flask, push_service: FakePushService, workers: int) -> None:
    phone = new_phone(push_service)
    for number in range(40):
        phone.owe(step=f"step-{number}")
    start, hauls = threading.Barrier(workers), [[] for _ in range(workers)]

    def work(number: int) -> None:
        with app.app_context():
            start.wait()
            while haul := claim(f"worker-{number}", limit=3):
                hauls[number] += [message.id for message in haul]
            db.session.remove()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    everything = [message for haul in hauls for message in haul]
    assert len(everything) == len(set(everything)) == 40


def test_a_row_in_an_open_claim_is_not_given_to_another_worker(app: Flask, phone: Phone) -> None:
    # PostgreSQL's second worker skips the row at once; SQLite has one writer, so it waits for its turn first.
    waits = db.engine.dialect.name == "sqlite"
    phone.owe()
    found: list[list[ClaimedMessage]] = []

    def other() -> None:
        with app.app_context():
            found.append(claim("second"))
            db.session.remove()

    thread = threading.Thread(target=other)
    with transaction():
        assert len(outbox.claim(10, "first", clock.now())) == 1
        thread.start()
        thread.join(0.2 if waits else 5)
        assert thread.is_alive() is waits
    thread.join(5)
    assert found == [[]]
