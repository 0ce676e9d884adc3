"""What a browser tells us: its subscription, its receipts."""

from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app import clock
from app.core.db import db, transaction
from app.core.events import listen
from app.messages.funnel import funnel
from app.push import vapid
from app.push.actions import MOST_DEVICES
from app.push.models import MessageState, Subscription
from app.push.outbox import DeliveryChanged
from app.push.queries import subject_and_reader
from app.push.request import answer_token, answer_token_matches
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
        ({"endpoint": "https://fcm.googleapis.com/" + 3_000 * "x"}, 403),
        ({"endpoint": "https://fcm.googleapis.com/a b"}, 403),
        ({"endpoint": "https://fcm.googleapis.com/é"}, 403),
        ({"endpoint": "https://fcm.googleapis.com:99999/x"}, 403),
        ({"endpoint": "http://fcm.googleapis.com/x"}, 403),
        ({"keys": None}, 422),
        ({"keys": {"p256dh": 1, "auth": 2}}, 422),
        ({"keys": {"p256dh": "AAAA", "auth": "AAAA"}}, 422),
        ({"keys": {"p256dh": "è", "auth": "é"}}, 422),
    ],
)
def test_a_subscription_we_could_not_use_is_refused_with_a_reason(
    browser: Browser, push_service: FakePushService, change: dict[str, object], status: int
) -> None:
    answer = browser.post(push_service.new_device().subscription | change)
    assert answer.status_code == status
    assert answer.json["reason"]
    assert answer.json["words"].startswith("Ce navigateur")
    assert subscriptions() == []


@pytest.mark.parametrize("body", [None, [], "text", 3])
def test_what_is_no_subscription_at_all_is_refused(browser: Browser, body: object) -> None:
    assert browser.post(body).status_code == 422


def test_an_eleventh_device_takes_the_place_of_the_one_heard_of_least_lately(
    browser: Browser, push_service: FakePushService
) -> None:
    devices = [push_service.new_device() for _ in range(MOST_DEVICES + 2)]
    for device in devices[:MOST_DEVICES]:
        assert browser.post(device.subscription).status_code == 204
        clock.advance(timedelta(minutes=1))
    with transaction():
        heard = update(Subscription).where(Subscription.endpoint == devices[0].endpoint)
        db.session.execute(heard.values(last_received_at=clock.now()))
    for device in devices[MOST_DEVICES:]:
        assert browser.post(device.subscription).status_code == 204
    kept = {row.endpoint for row in subscriptions()}
    assert kept == {device.endpoint for device in (devices[0], *devices[3:])}


class Renewal:
    """A browser that replaced its subscription while nobody was signed in: it has no cookie and no CSRF token."""

    def __init__(self, client: FlaskClient, push_service: FakePushService) -> None:
        self.client, self.new = client, push_service.new_device()

    def say(self, old: object, new: object = None) -> int:
        body = {"old": old, "new": self.new.subscription if new is None else new}
        return self.client.post("/push/subscription/renewal", json=body).status_code


@pytest.fixture
def renewal(client: FlaskClient, push_service: FakePushService) -> Renewal:
    return Renewal(client, push_service)


def test_a_phone_renews_its_subscription_while_nobody_is_signed_in(phone: Phone, renewal: Renewal) -> None:
    phone.owe()
    [before] = subscriptions()
    known = before.id, before.account_id, before.vapid_key
    assert renewal.say(phone.device.subscription) == 204
    [after] = subscriptions()
    assert (after.id, after.account_id, after.vapid_key) == known
    assert after.endpoint == renewal.new.endpoint
    assert send() == 1
    assert phone.device.messages == []
    assert len(renewal.new.messages) == 1


def test_only_the_phone_itself_renews(phone: Phone, renewal: Renewal, push_service: FakePushService) -> None:
    right, other = phone.device.subscription, push_service.new_device().subscription
    wrong = [
        right | {"keys": other["keys"]},
        right | {"keys": {"auth": "é"}},
        right | {"keys": {}},
        other,
        {},
        None,
        "x",
    ]
    assert [renewal.say(old) for old in wrong] == [404] * len(wrong)
    assert phone.known


def test_a_renewal_to_an_address_that_cannot_be_called_is_refused(phone: Phone, renewal: Renewal) -> None:
    elsewhere = renewal.new.subscription | {"endpoint": "http://169.254.169.254/"}
    assert renewal.say(phone.device.subscription, elsewhere) == 403
    assert renewal.say(phone.device.subscription, renewal.new.subscription | {"keys": {}}) == 422
    assert phone.known


def test_a_renewal_that_a_page_said_first_leaves_one_device(
    client: FlaskClient, phone: Phone, renewal: Renewal
) -> None:
    assert Browser(client, phone.account_id).post(renewal.new.subscription).status_code == 204
    assert renewal.say(phone.device.subscription) == 204
    assert [row.endpoint for row in subscriptions()] == [renewal.new.endpoint]


def test_a_renewal_takes_nobody_elses_device(client: FlaskClient, phone: Phone, renewal: Renewal, now) -> None:
    other = new_account(now)
    assert Browser(client, other).post(renewal.new.subscription).status_code == 204
    assert renewal.say(phone.device.subscription) == 404
    assert {row.account_id for row in subscriptions()} == {phone.account_id, other}


def test_one_can_only_remove_ones_own_device(client: FlaskClient, browser: Browser, phone: Phone) -> None:
    body = {"endpoint": phone.device.endpoint}
    assert browser.delete(body).status_code == 204
    assert phone.known
    assert Browser(client, phone.account_id).delete(body).status_code == 204
    assert not phone.known


@pytest.fixture
def told(app: Flask) -> list[object]:
    told: list[object] = []
    listen(app, DeliveryChanged, lambda changed: told.extend(changed.subject_ids))
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
    assert subject_and_reader(identity) == (phone.subject_id, phone.account_id)
    assert subject_and_reader(uuid4()) is None
