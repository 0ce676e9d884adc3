"""What a browser tells us: its subscription, its receipts."""

from datetime import timedelta
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.push import listeners, vapid
from app.push.models import MessageState, Subscription
from app.push.payload import answer_token, answer_token_matches
from app.push.queries import funnel, held
from tests.push.house import Phone, new_account, send
from tests.services.push_service import FakePushService


class Browser:
    """One person's browser, which reads the CSRF token where the worker does."""

    def __init__(self, client: FlaskClient, account_id) -> None:
        self.client, self.who = client, {"X-Who": str(account_id)}
        self.csrf = client.get("/push/key", headers=self.who).json["csrf"]

    def post(self, body: object, **headers: str):
        headers = {"X-CSRFToken": self.csrf, **headers}
        return self.client.post("/push/subscription", json=body, headers=self.who | headers)

    def delete(self, body: object):
        headers = self.who | {"X-CSRFToken": self.csrf}
        return self.client.delete("/push/subscription", json=body, headers=headers)


@pytest.fixture
def browser(client: FlaskClient, now) -> Browser:
    return Browser(client, new_account(now))


def subscriptions() -> list[Subscription]:
    db.session.rollback()
    return list(db.session.scalars(select(Subscription)))


def test_the_key_is_handed_to_people_who_are_signed_in(client: FlaskClient, browser: Browser) -> None:
    assert client.get("/push/key", headers=browser.who).json["key"] == vapid.public_key()
    assert client.get("/push/key").status_code == 401


def test_a_subscription_is_kept_once_and_renewed_by_posting_it_again(
    browser: Browser, push_service: FakePushService
) -> None:
    device, renewed = push_service.new_device(), push_service.new_device()
    assert browser.post(device.subscription).status_code == 204
    again = device.subscription | {"keys": renewed.subscription["keys"]}
    assert browser.post(again).status_code == 204
    [kept] = subscriptions()
    assert (kept.endpoint, kept.p256dh) == (device.endpoint, renewed.p256dh)


def test_a_subscription_without_the_csrf_token_is_refused(browser: Browser, push_service) -> None:
    body = push_service.new_device().subscription
    assert browser.post(body, **{"X-CSRFToken": "wrong"}).status_code == 400
    assert browser.post(body, Origin="https://evil.example").status_code == 403
    assert subscriptions() == []


def test_a_browser_that_changes_hands_takes_nothing_of_the_one_before(client: FlaskClient, phone: Phone, now) -> None:
    phone.owe()
    other = new_account(now)
    assert Browser(client, other).post(phone.device.subscription).status_code == 204
    [kept] = subscriptions()
    assert kept.account_id == other
    assert phone.message.state is MessageState.FAILED
    assert send() == 0
    assert phone.device.messages == []


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"endpoint": "https://evil.example/x"}, 403),
        ({"endpoint": "http://169.254.169.254/"}, 403),
        ({"endpoint": None}, 403),
        ({"keys": None}, 422),
        ({"keys": {"p256dh": 1, "auth": 2}}, 422),
        ({"keys": {"p256dh": "AAAA", "auth": "AAAA"}}, 422),
    ],
)
def test_a_subscription_we_could_not_use_is_refused_with_a_reason(
    browser: Browser, push_service: FakePushService, change: dict[str, object], status: int
) -> None:
    answer = browser.post(push_service.new_device().subscription | change)
    assert answer.status_code == status
    assert answer.json["reason"]
    assert subscriptions() == []


@pytest.mark.parametrize("body", [None, [], "text", 3])
def test_what_is_no_subscription_at_all_is_refused(browser: Browser, body: object) -> None:
    assert browser.post(body).status_code == 422


def test_one_can_only_remove_ones_own_device(client: FlaskClient, browser: Browser, phone: Phone) -> None:
    body = {"endpoint": phone.device.endpoint}
    assert browser.delete(body).status_code == 204
    assert phone.known
    assert Browser(client, phone.account_id).delete(body).status_code == 204
    assert not phone.known


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    told: list[object] = []
    monkeypatch.setattr(listeners, "_on_received", [told.append])
    return told


def test_a_receipt_counts_once(client: FlaskClient, phone: Phone, told: list[object]) -> None:
    phone.owe()
    send()
    receipt, first = phone.device.messages[0].json["receipt"], clock.now()
    for _ in range(2):
        assert client.post("/" + receipt["path"], json={"token": receipt["token"]}).status_code == 204
        clock.advance(timedelta(seconds=9))
    assert (phone.message.state, phone.message.received_at) == (MessageState.RECEIVED, first)
    assert phone.message.subscription.last_received_at == first
    assert told == [phone.subject_id]


def test_a_receipt_for_a_stopped_message_is_noted_and_leaves_it_stopped(client: FlaskClient, phone: Phone) -> None:
    phone.owe()
    send()
    row = phone.message
    row.state = MessageState.STALE
    db.session.commit()
    receipt = phone.device.messages[0].json["receipt"]
    assert client.post("/" + receipt["path"], json={"token": receipt["token"]}).status_code == 204
    assert phone.message.state is MessageState.STALE
    assert phone.message.received_at


@pytest.mark.parametrize("body", [{"token": "wrong"}, {"token": 3}, {"token": "é"}, {}])
def test_a_receipt_without_its_token_is_not_found(client: FlaskClient, phone: Phone, body: object) -> None:
    phone.owe()
    send()
    receipt = phone.device.messages[0].json["receipt"]
    assert client.post("/" + receipt["path"], json=body).status_code == 404
    elsewhere = f"/push/receipts/{uuid4()}"
    assert client.post(elsewhere, json={"token": receipt["token"]}).status_code == 404
    assert phone.message.received_at is None


def test_the_funnel_tells_who_was_reached(client: FlaskClient, phone: Phone) -> None:
    stranger = uuid4()
    phone.owe()
    asked = [phone.subject_id, stranger]
    assert [funnel(asked, "offer")[one].alerted for one in asked] == [True, False]
    send()
    receipt = phone.device.messages[0].json["receipt"]
    client.post("/" + receipt["path"], json={"token": receipt["token"]})
    assert funnel(asked, "offer")[phone.subject_id].received
    assert not funnel(asked, "offer")[stranger].received
    assert funnel([], "offer") == {}


def test_an_answer_token_holds_for_one_message_and_one_answer(phone: Phone) -> None:
    phone.owe()
    identity = phone.message.id
    token = answer_token(identity, "accept")
    assert answer_token_matches(identity, token, "accept")
    assert not answer_token_matches(identity, token, "refuse")
    assert not answer_token_matches(uuid4(), token, "accept")
    assert not answer_token_matches(identity, answer_token(identity, "cancel"), "cancel")
    assert held(identity) == (phone.subject_id, phone.account_id)
    assert held(uuid4()) is None
