"""Two keys at once: whoever subscribed with the old one is heard until she has the new one."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from app import cli, clock
from app.core.db import db, transaction
from app.push import actions as devices
from app.push import request, vapid
from app.push.models import MessageState, Subscription
from app.push.outbox import forget_device
from tests.push.house import Phone, new_phone, send
from tests.push.test_request import claims
from tests.services.push_service import FakePushService


@pytest.fixture
def relais(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setattr(cli.context, "application", lambda: app)
    return lambda *arguments: CliRunner().invoke(cli.main, ["vapid", *arguments])


def subscribed(service: FakePushService) -> Phone:
    """A phone of today, whose push service believes today's key alone."""
    phone = new_phone(service)
    phone.device.expected_key = vapid.public_key()
    return phone


def test_after_a_rotation_old_and_new_phones_are_both_heard(app: Flask, push_service: FakePushService) -> None:
    old = subscribed(push_service)
    first = vapid.public_key()
    vapid.rotate()
    new = subscribed(push_service)
    assert new.device.expected_key != first
    for phone in (old, new):
        phone.owe()
    send()
    assert [phone.message.state for phone in (old, new)] == [MessageState.SENT] * 2
    vapid.rotate()
    for phone in (old, new):
        phone.owe(step="later")
    send()
    assert {row.state for phone in (old, new) for row in phone.messages} == {MessageState.SENT}


def test_a_browser_that_says_again_where_it_is_keeps_its_key(phone: Phone) -> None:
    def say_again() -> None:
        device = phone.device
        with transaction():
            devices.subscribe(phone.account_id, device.endpoint, device.p256dh, device.auth, clock.now())

    before = vapid.fingerprint()
    vapid.rotate()
    say_again()
    assert db.session.get_one(Subscription, phone.device_id).vapid_key == before


def test_a_lost_key_is_replaced_by_the_current_one_and_comes_back_by_itself(app: Flask, tmp_path: Path) -> None:
    now, old = clock.now(), vapid.fingerprint()
    vapid.rotate()
    path = next(tmp_path.glob("vapid-*.pem"))
    pem = path.read_bytes()
    path.unlink()
    current = request.authorization("https://a.example", vapid.fingerprint(), now)
    assert request.authorization("https://a.example", old, now) == current
    path.write_bytes(pem)
    assert request.authorization("https://a.example", old, now) != current
    assert claims(current)["aud"] == "https://a.example"


def test_the_command_makes_a_new_key_and_keeps_the_old_one_to_itself(
    relais: Callable[..., Result], tmp_path: Path
) -> None:
    old = vapid.fingerprint()
    result = relais("rotate")
    assert result.exit_code == 0
    assert vapid.fingerprint() in result.output
    assert vapid.former() == [old]
    kept = sorted(tmp_path.glob("*.pem"))
    assert [path.name for path in kept] == [f"vapid-{old}.pem", "vapid.pem"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}


def test_a_key_retires_when_nobody_uses_it(relais: Callable[..., Result], push_service: FakePushService) -> None:
    phone, old = subscribed(push_service), vapid.fingerprint()
    relais("rotate")
    refused = relais("retire")
    assert (refused.exit_code, refused.output) == (1, f"{old}: 1 device still hears this key alone\n")
    assert vapid.former() == [old]
    with transaction():
        forget_device(phone.device_id)
    retired = relais("retire")
    assert (retired.exit_code, retired.output) == (0, f"{old}: retired\n")
    assert vapid.former() == []
    assert relais("retire").output == "No former key is left.\n"
