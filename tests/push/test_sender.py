"""From the row to the phone, through a push service with a vendor's manners."""

import json
import threading
import time
from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import update
from structlog.testing import capture_logs

from app import clock
from app.core.db import db, transaction
from app.core.events import listen
from app.jobs import stopping
from app.messages.actions import drop, supersede
from app.messages.models import Notice
from app.push import outbox, request, sender, transport, vapid
from app.push.models import MessageState, Subscription
from app.push.outbox import DeliveryChanged, topic_of
from tests.push.house import NOTICE, SOON, Phone, new_phone, send
from tests.services.push_service import FakePushService, PushDevice


def test_a_message_reaches_the_phone_with_the_time_left_its_urgency_and_its_topic(phone: Phone) -> None:
    phone.owe(lasts=timedelta(minutes=10))
    clock.advance(timedelta(seconds=30.5))
    assert send() == 1
    [got] = phone.device.messages
    assert (got.ttl, got.urgency, got.topic) == (569, "high", topic_of(phone.subject_id))
    assert phone.message.state is MessageState.SENT
    assert phone.message.sent_at == clock.now()
    assert phone.message.last_status == 201
    assert send() == 0


def test_the_phone_decrypts_what_it_may_show_and_nothing_about_a_patient(phone: Phone) -> None:
    phone.owe()
    send()
    got = phone.device.messages[0].json
    identity, notice = phone.message.id, got["notification"]
    assert got["web_push"] == 8030
    assert (notice["title"], notice["body"]) == (NOTICE.title, NOTICE.body)
    assert notice["tag"] == topic_of(phone.subject_id)
    assert notice["navigate"] == f"http://localhost:8000/{NOTICE.path}"
    assert got["receipt"]["path"] == f"push/receipts/{identity}"
    assert {way["path"] for way in got["answers"].values()} == {f"offers/notice-answers/{identity}"}
    assert len({got["receipt"]["token"], *(way["token"] for way in got["answers"].values())}) == 3
    assert set(got) == {"web_push", "mutable", "notification", "path", "receipt", "answers", "awaits"}
    assert set(notice) == {"title", "body", "navigate", "tag", "lang", "data"}
    assert len(json.dumps(got).encode()) < 3993


def test_a_notice_that_asks_nothing_carries_no_answer(phone: Phone) -> None:
    phone.owe(notice=Notice("Demande annulée", "Rien à faire", "inbox", urgency="normal"))
    send()
    [got] = phone.device.messages
    assert "answers" not in got.json
    assert got.urgency == "normal"


# What the service answers, then: state, seconds until the next attempt (at most), device kept, alarm raised.
OUTCOMES = {
    "201": ({"status": 201}, MessageState.SENT, None, True, False),
    "404": ({"status": 404}, MessageState.FAILED, None, False, False),
    "410": ({"status": 410}, MessageState.FAILED, None, False, False),
    "429": ({"status": 429, "retry_after": "120"}, MessageState.PENDING, 120, True, False),
    "429 for too long": ({"status": 429, "retry_after": "9000"}, MessageState.EXPIRED, None, True, False),
    "400": ({"status": 400}, MessageState.FAILED, None, True, True),
    "401": ({"status": 401}, MessageState.PENDING, 2, True, True),
    "403": ({"status": 403}, MessageState.PENDING, 2, True, True),
    "413": ({"status": 413}, MessageState.FAILED, None, True, True),
    "500": ({"status": 500}, MessageState.PENDING, 2, True, False),
    "503": ({"status": 503, "retry_after": "45"}, MessageState.PENDING, 45, True, False),
    "too slow": ({"slow": 5.0}, MessageState.PENDING, 2, True, False),
    "silence": ({"never": True}, MessageState.PENDING, 2, True, False),
    "reset": ({"reset": True}, MessageState.PENDING, 2, True, False),
    "redirect": ({"redirect": "http://127.0.0.1:9/elsewhere"}, MessageState.FAILED, None, True, True),
}


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("manners", OUTCOMES)
def test_each_answer_has_its_outcome(phone: Phone, manners: str) -> None:
    how, state, wait, kept, alarmed = OUTCOMES[manners]
    phone.device.answers(**how)
    phone.owe()
    with capture_logs() as lines:
        send()
    row = phone.message
    assert row.state is state
    assert phone.known is kept
    assert [line["event"] for line in lines] == (["push_alarm"] if alarmed else [])
    assert len(phone.device.attempts) == (0 if manners == "too slow" else 1)
    assert row.lease_token is None
    if wait:
        left = (row.due_at - clock.now()).total_seconds()
        assert wait / 2 <= left <= wait
        assert send() == 0


def test_a_failing_service_is_tried_until_the_deadline_and_then_the_row_says_so(phone: Phone) -> None:
    phone.device.answers(503)
    phone.owe(lasts=timedelta(minutes=2))
    for _ in range(30):
        send()
        clock.advance(timedelta(seconds=5))
    assert phone.message.state is MessageState.EXPIRED
    assert 5 <= len(phone.device.attempts) <= 8
    assert phone.known


def test_one_dead_phone_takes_its_other_messages_with_it_and_nobody_elses(
    phone: Phone, push_service: FakePushService
) -> None:
    other = new_phone(push_service)
    phone.device.answers(410)
    phone.owe()
    other.owe()
    with transaction():
        db.session.execute(update(outbox.Message).values(due_at=clock.now() - timedelta(seconds=1)))
    phone.owe(step="later")
    with transaction():
        db.session.execute(
            update(outbox.Message)
            .where(outbox.Message.step == "later")
            .values(due_at=clock.now() + timedelta(seconds=60))
        )
    send()
    assert [row.state for row in phone.messages] == [MessageState.FAILED] * 2
    assert [row.subscription for row in phone.messages] == [None, None]
    assert not phone.known
    assert other.message.state is MessageState.SENT


def test_a_mended_key_sends_what_waited(phone: Phone, push_service: FakePushService) -> None:
    push_service.expected_key = "another"
    phone.owe()
    send()
    assert (phone.message.last_status, phone.message.state) == (403, MessageState.PENDING)
    push_service.expected_key = vapid.public_key()
    clock.advance(timedelta(seconds=2))
    send()
    assert phone.message.state is MessageState.SENT


def test_a_message_whose_offer_is_gone_is_not_sent(phone: Phone) -> None:
    phone.owe()
    with transaction():
        drop(phone.subject_id)
    assert send() == 0
    assert phone.device.attempts == []
    assert phone.message.state is MessageState.STALE


def test_an_offer_that_goes_while_its_alert_is_on_the_way_is_closed_on_the_phone(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim, closing = outbox.claim, [Notice("Déjà prise", "Merci", "inbox")]

    def claim_then_lose(*args: object) -> object:
        claimed = claim(*args)
        if claimed and closing:
            now = clock.now()
            supersede({phone.subject_id: ([phone.account_id], closing.pop())}, "closed", now=now, expires_at=now + SOON)
        return claimed

    phone.owe()
    monkeypatch.setattr(outbox, "claim", claim_then_lose)
    send()
    assert [row.state for row in phone.messages] == [MessageState.STALE, MessageState.SENT]
    assert phone.device.messages[-1].json["notification"]["title"] == "Déjà prise"
    assert len({message.topic for message in phone.device.messages}) == 1


@pytest.mark.parametrize(
    ("late", "state", "posts"), [(outbox.LEASE, MessageState.SENT, 1), (SOON, MessageState.EXPIRED, 0)]
)
def test_a_sender_held_up_after_its_claim_lets_go_of_what_it_held(
    phone: Phone, monkeypatch: pytest.MonkeyPatch, late: timedelta, state: MessageState, posts: int
) -> None:
    claim, sleeps = outbox.claim, [late]

    def claim_then_sleep(*args: object) -> object:
        claimed = claim(*args)
        clock.advance(sleeps.pop() if sleeps else timedelta())
        return claimed

    monkeypatch.setattr(outbox, "claim", claim_then_sleep)
    phone.owe()
    send()
    assert len(phone.device.attempts) == posts
    assert phone.message.state is state


def test_outcomes_outlast_a_database_that_goes_away(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    phone.owe()
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "settle_all", lambda group: 1 / 0 if list(group) else None)
        with pytest.raises(ZeroDivisionError):
            send()
    assert phone.message.state is MessageState.LEASED
    send()
    assert phone.message.state is MessageState.SENT
    assert len(phone.device.attempts) == 1


def test_an_origin_in_trouble_holds_up_no_other(
    phone: Phone, push_service: FakePushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "AT_ONCE", 4)
    monkeypatch.setattr(sender, "BATCH", 4)
    other_service = FakePushService(now=push_service.now)
    try:
        phone.device.answers(slow=0.4)
        for number in range(12):
            phone.owe(step=f"slow-{number}")
        quick = [new_phone(other_service) for _ in range(12)]
        for one in quick:
            one.owe()
        slow_ones_before: list[int] = []
        take = PushDevice._take
        monkeypatch.setattr(
            PushDevice,
            "_take",
            lambda device, message: (
                device is phone.device or slow_ones_before.append(len(phone.device.messages)),
                take(device, message),
            ),
        )
        send()
    finally:
        other_service.close()
    assert len(slow_ones_before) == len(phone.device.messages) == 12
    # Eight at most of the slow ones were taken before theirs was the next turn.
    assert max(slow_ones_before) <= 8


def test_asked_to_stop_it_finishes_what_it_holds_and_takes_no_more(
    phone: Phone, push_service: FakePushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = threading.Event()
    monkeypatch.setattr(stopping, "asked", asked)
    monkeypatch.setattr(sender, "BATCH", 1)
    phone.device.answers(slow=0.1)
    for number in range(3):
        phone.owe(step=f"step-{number}")
    asked.set()
    assert send() == 1
    assert Counter(row.state for row in phone.messages) == {MessageState.SENT: 1, MessageState.PENDING: 2}


def test_connections_are_kept_from_one_batch_to_the_next(phone: Phone, push_service: FakePushService) -> None:
    for number in range(3):
        phone.owe(step=f"step-{number}")
        send()
    assert len(phone.device.messages) == 3
    assert push_service.connections == 1


def test_a_closing_notice_overwrites_the_alert_on_the_phones_that_had_it(phone: Phone) -> None:
    phone.owe()
    send()
    closing = Notice("Déjà prise par un confrère", "Merci d'avoir répondu présent", "inbox")
    now = clock.now()
    with transaction():
        supersede({phone.subject_id: ([phone.account_id], closing)}, "closed", now=now, expires_at=now + SOON)
    send()
    alert, closed = phone.device.messages
    assert alert.topic == closed.topic
    assert alert.json["notification"]["tag"] == closed.json["notification"]["tag"]


def test_one_bad_row_does_not_hold_up_the_others(
    phone: Phone, push_service: FakePushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, odd = new_phone(push_service), new_phone(push_service)
    for one in (phone, broken, odd):
        one.owe()
    with transaction():
        db.session.get_one(Subscription, broken.device_id).p256dh = "AAAA"
        db.session.get_one(Subscription, odd.device_id).auth = "not base64 é"
    with capture_logs():
        assert send() == 3
    assert phone.message.state is MessageState.SENT
    assert broken.message.state is odd.message.state is MessageState.FAILED


def test_a_bug_costs_one_attempt_and_the_lease_brings_the_row_back(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone.owe()
    with monkeypatch.context() as patch, capture_logs() as lines:
        patch.setattr(request, "authorization", lambda *_: 1 / 0)
        assert send() == 1
    assert [line["event"] for line in lines] == ["push_attempt_broke"]
    clock.advance(outbox.LEASE)
    send()
    assert phone.message.state is MessageState.SENT


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.7", "169.254.169.254", "192.168.1.1", "100.64.0.1"])
def test_a_vendors_name_that_leads_inside_is_not_called(
    phone: Phone, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    async def leads_to(_host: str, _port: int) -> list[str]:
        """A name server that answers with the address one likes."""
        return [address]

    monkeypatch.setattr(transport, "addresses_of", leads_to)
    move_device(phone, "https://fcm.googleapis.com/fcm/send/x")
    phone.owe()
    with capture_logs() as lines:
        send()
    assert phone.message.state is MessageState.FAILED
    assert [line["reason"] for line in lines] == ["forbidden-address"]


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://169.254.169.254/latest",
        "https://127.0.0.2/x",
        "https://[::1]/x",
        "https://evil.example/x",
        "https://fcm.googleapis.com/x\r\nHost: 10.0.0.1\r\n\r\n",
        "https://fcm.googleapis.com/x HTTP/1.1",
        "https://fcm.googleapis.com/é",
    ],
)
def test_an_endpoint_off_the_list_is_not_called_whoever_stored_it(phone: Phone, endpoint: str) -> None:
    move_device(phone, endpoint)
    phone.owe()
    with capture_logs() as lines:
        send()
    assert phone.message.state is MessageState.FAILED
    assert [line["reason"] for line in lines] == ["forbidden-address"]


@pytest.mark.parametrize(
    ("address", "public"),
    [("142.250.75.234", True), ("2a00:1450:4007::200a", True), ("::1", False), ("fe80::1", False),
     ("::ffff:10.0.0.1", False), ("0.0.0.0", False), ("224.0.0.1", False), ("fc00::1", False)],
)  # fmt: skip
def test_public_addresses(address: str, public: bool) -> None:
    assert transport.is_public(address) is public


def test_losing_a_phone_is_announced_in_the_same_transaction(app: Flask, phone: Phone) -> None:
    told: list[UUID] = []
    listen(app, DeliveryChanged, lambda changed: told.extend(changed.subject_ids))
    phone.device.answers(410)
    phone.owe()
    send()
    assert told == [phone.subject_id]


def test_a_wave_goes_out_at_once(app, push_service: FakePushService) -> None:
    phones = [new_phone(push_service) for _ in range(30)]
    for one in phones:
        one.device.answers(slow=0.2)
        one.owe()
    started = time.monotonic()
    assert send() == 30
    assert time.monotonic() - started < 5
    assert {one.message.state for one in phones} == {MessageState.SENT}


def move_device(phone: Phone, endpoint: str) -> None:
    with transaction():
        db.session.get_one(Subscription, phone.device_id).endpoint = endpoint
