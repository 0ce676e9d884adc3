"""The invented people's phones: real messages come to them, and they say so as phones do."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import create_app
from app.accounts.models import Account
from app.core.db import Model, db, transaction
from app.demo import phones
from app.demo.people import email_of
from app.demo.phones import PATH, PHONES, WITHOUT_PHONE, Phone
from app.demo.plot import account
from app.directory.queries import accounts_of
from app.dispatch.models import ALERT, Offer
from app.messages import actions as messages
from app.messages.funnel import funnel
from app.messages.models import Notice
from app.push import actions as devices
from app.push import outbox, request, sender
from app.push.models import UNSENT, Message, MessageState, Subscription
from app.push.request import payload_for
from app.push.rules import Channel, key_trouble
from tests.conftest import close_engines, settings_for
from tests.services.web_server import serving

pytestmark = pytest.mark.usefixtures("inside")

UNKNOWN = UUID(int=7)
NURSE = Phone("nurse")
OFF = next(phone for phone in PHONES if not phone.on)
OFFER = Notice("Pansement", "Évry-Courcouronnes", "inbox", answerable=True)
CLOSING = Notice("Déjà prise", "Évry-Courcouronnes", "inbox")


@pytest.fixture
def web(app: Flask) -> Iterator[None]:
    """The web process, at the address that the phones were given."""
    with serving(app, app.config["SETTINGS"].port):
        yield


def owe(phone: Phone, notice: Notice, now: datetime) -> UUID:
    subject = uuid4()
    with transaction():
        messages.alert(account(phone.owner).id, subject, ALERT, notice, now=now, expires_at=now + timedelta(minutes=30))
    return subject


def sent(subject: UUID) -> Message:
    db.session.rollback()
    return db.session.scalars(select(Message).where(Message.subject_id == subject)).one()


@pytest.mark.usefixtures("web")
def test_a_phone_decrypts_what_the_sender_sends_and_says_so(now: datetime) -> None:
    alert, silent, closing = owe(NURSE, OFFER, now), owe(OFF, OFFER, now), owe(NURSE, CLOSING, now)
    while sender.send_due(now):
        pass
    assert sent(alert).state is MessageState.RECEIVED
    assert sent(alert).received_at == now
    for subject in (silent, closing):
        assert (sent(subject).state, sent(subject).last_status) == (MessageState.SENT, 201)
        assert sent(subject).received_at is None


def post(client: FlaskClient, phone: Phone, body: bytes) -> int:
    answer = client.post(PATH + phone.token, data=body)
    assert "Traceback" not in answer.text
    return answer.status_code


def encrypted(phone: Phone, content: object) -> bytes:
    mine = ec.generate_private_key(ec.SECP256R1())
    to = db.session.scalars(select(Subscription).where(Subscription.endpoint == phone.endpoint)).one()
    keys = {"dh": phone.key.public_key(), "auth_secret": phone.auth}
    assert not key_trouble(to.p256dh, to.auth)
    body: bytes = http_ece.encrypt(json.dumps(content).encode(), private_key=mine, version="aes128gcm", **keys)
    return body


@pytest.mark.parametrize("body", [b"", b"x", b"\0" * 20, b"x" * 300, os.urandom(3000)], ids=len)
def test_garbage_is_refused(client: FlaskClient, body: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    assert post(client, NURSE, body) == 400
    assert '"bug"' not in capsys.readouterr().err


@pytest.mark.parametrize(
    "content",
    [
        {},
        [],
        "text",
        {"receipt": "text"},
        {"receipt": {"path": 3, "token": "x"}},
        {"receipt": {"path": f"push/receipts/{UNKNOWN}", "token": None}},
        {"receipt": {"path": f"push/receipts/{UNKNOWN}", "token": "of another"}, "answers": {}},
    ],
    ids=str,
)
def test_what_is_encrypted_but_not_ours_is_refused(client: FlaskClient, content: object) -> None:
    assert post(client, NURSE, encrypted(NURSE, content)) == 400


def test_a_message_to_another_phone_is_not_readable(client: FlaskClient, now: datetime) -> None:
    owe(NURSE, OFFER, now)
    with transaction():
        message = next(one for one in outbox.claim(1000, "mine", now) if one.endpoint == NURSE.endpoint)
        db.session.rollback()
    body = request.encrypted(payload_for(message.id, message.notice, "http://localhost"), message.p256dh, message.auth)
    assert post(client, OFF, body) == 400
    assert post(client, NURSE, body) == 201
    assert sent(message.subject_id).received_at == now


def test_nobody_else_has_a_phone(client: FlaskClient, now: datetime) -> None:
    assert client.post(f"{PATH}{'x' * 43}", data=b"x").status_code == 404
    assert client.post(f"{PATH}é", data=b"x").status_code == 404
    for owner in WITHOUT_PHONE:
        assert client.post(PATH + Phone(owner).token, data=b"x").status_code == 404
        mine = select(Subscription).where(Subscription.account_id == account(owner).id)
        assert not db.session.scalars(mine).all()


def test_most_are_on_and_the_visitors_always(app: Flask) -> None:
    off = [phone for phone in PHONES if not phone.on]
    assert 3 <= len(off) <= 8
    personas = {a.email for a in db.session.scalars(select(Account).where(Account.persona.is_not(None)))}
    assert not personas & {email_of(phone.owner) for phone in off}


def demo_endpoints() -> set[str]:
    return set(db.session.scalars(select(Subscription.endpoint).where(Subscription.endpoint.contains(PATH))))


def test_loading_on_another_port_moves_the_phones(app: Flask, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = "https://fcm.googleapis.com/fcm/send/the-visitors-own"
    subscribed = db.session.scalars(select(Subscription).where(Subscription.endpoint == NURSE.endpoint)).one()
    devices.subscribe(subscribed.account_id, mine, subscribed.p256dh, subscribed.auth, now)
    before = demo_endpoints()
    phones.switch_on(now)
    assert demo_endpoints() == before
    settings = app.config["SETTINGS"]
    monkeypatch.setitem(app.config, "SETTINGS", replace(settings, port=8999))
    phones.switch_on(now)
    assert demo_endpoints() == {each.replace(f":{settings.port}/", ":8999/") for each in before}
    assert len(before) == len(PHONES)
    assert db.session.scalar(select(Subscription.account_id).where(Subscription.endpoint == mine))
    db.session.rollback()


def test_in_the_days_told_those_without_a_phone_were_told_by_mail(app: Flask, now: datetime) -> None:
    assert not db.session.scalars(select(Message).where(Message.due_at < now, Message.state.in_(UNSENT))).all()
    offers = {offer.id: offer for offer in db.session.scalars(select(Offer).where(Offer.created_at <= now))}
    reached = funnel(offers, ALERT)
    told = accounts_of([offer.role_id for offer in offers.values()])
    mailed = [offer.role_id for offer in offers.values() if reached[offer.id].carrier is Channel.EMAIL]
    by_mail = {account_id for role_id in mailed for account_id in told[role_id]}
    assert by_mail & {account(owner).id for owner in WITHOUT_PHONE}
    assert all(one.alerted for one in reached.values())
    assert sum(one.received for one in reached.values()) > len(offers) / 2


def test_none_of_it_exists_outside_demo_mode(app: Flask, tmp_path: Path) -> None:
    real = create_app(settings_for(f"sqlite:///{tmp_path / 'real.sqlite3'}", tmp_path, PORT="8105"))
    assert "http://localhost:8105" not in real.config["SETTINGS"].push_hosts
    with real.app_context():
        Model.metadata.create_all(db.engine)
    assert real.test_client().post(PATH + NURSE.token, data=b"x").status_code == 404
    with real.app_context():
        close_engines()
