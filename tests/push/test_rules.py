"""What each answer of a push service means, and which subscriptions are worth keeping."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from app.push.rules import SendOutcome, after, key_trouble, may_call, named_origin, origin_of
from tests.services.push_service import FakePushService

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SILENCE = SendOutcome(fault="silence")


def verdict(outcome: SendOutcome, *, attempts: int = 1, left: float = 900, jitter: float = 0):
    return after(outcome, attempts=attempts, now=NOW, expires_at=NOW + timedelta(seconds=left), jitter=jitter)


@pytest.mark.parametrize(
    ("outcome", "state", "forgets", "alarms"),
    [
        *[(SendOutcome(status), "sent", False, False) for status in (200, 201, 202, 204)],
        *[(SendOutcome(status), "failed", True, False) for status in (404, 410)],
        *[(SendOutcome(status), "pending", False, True) for status in (401, 403)],
        *[(SendOutcome(status), "pending", False, False) for status in (408, 429, 500, 502, 503, 504)],
        *[(SendOutcome(status), "failed", False, True) for status in (301, 307, 308, 400, 405, 413)],
        (SILENCE, "pending", False, False),
        (SendOutcome(fault="forbidden-address"), "failed", False, True),
        (SendOutcome(fault="bad-keys"), "failed", False, True),
        (SendOutcome(fault="too-late"), "expired", False, False),
    ],
)
def test_what_an_answer_means(outcome: SendOutcome, state: str, forgets: bool, alarms: bool) -> None:
    said = verdict(outcome)
    assert (said.state, said.forget_device, bool(said.alarm)) == (state, forgets, alarms)
    assert (said.due_at is None) == (state != "pending")


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        ("120", 120),
        ("Tue, 24 Nov 2026 09:05:00 GMT", 300),
        ("0", 2),
        ("-5", 2),
        ("soon", 2),
        ("Tue, 24 Nov 2026 08:00:00 GMT", 2),
    ],
)
def test_retry_after_is_obeyed_when_it_has_a_sense(retry_after: str, seconds: int) -> None:
    assert verdict(SendOutcome(429, retry_after)).due_at == NOW + timedelta(seconds=seconds)


def test_retries_double_up_to_a_minute_and_are_spread() -> None:
    waits = [(verdict(SILENCE, attempts=n).due_at - NOW).total_seconds() for n in (1, 2, 3, 5, 6, 7, 500)]
    assert waits == [2, 4, 8, 32, 60, 60, 60]
    assert verdict(SILENCE, attempts=3, jitter=0.99).due_at < NOW + timedelta(seconds=5)


@pytest.mark.parametrize("outcome", [SendOutcome(429, "900"), SendOutcome(503, "3600"), SendOutcome(403)])
def test_what_cannot_be_tried_again_in_time_is_expired(outcome: SendOutcome) -> None:
    assert verdict(outcome, left=1).state == "expired"


NAMED = ("http://127.0.0.1:9100", "https://push.hospital.example", "http://localhost")


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/x",
        "https://jmt17.google.com/fcm/send/x",
        "https://updates.push.services.mozilla.com/wpush/v2/x",
        "https://web.push.apple.com/x",
        "https://wns2-par02p.notify.windows.com/w/?token=x",
        "http://127.0.0.1:9100/push/x",
        "https://push.hospital.example/x",
        "http://localhost:4321/x",
    ],
)
def test_vendors_and_named_origins_may_be_called(endpoint: str) -> None:
    assert may_call(endpoint, NAMED)


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "fcm.googleapis.com/x",
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com:8443/x",
        "https://fcm.googleapis.com.evil.example/x",
        "https://evil.example/fcm.googleapis.com",
        "https://fcm.googleapis.com@evil.example/x",
        "https://me@fcm.googleapis.com/x",
        "https://evilfcm.googleapis.com/x",
        "https://xnotify.windows.com/x",
        "http://127.0.0.1:9101/x",
        "http://127.0.0.1/x",
        "http://169.254.169.254/latest/meta-data",
        "https://[::1]/x",
        "https://[broken/x",
        "http://127.0.0.1:99999/x",
        "file:///etc/passwd",
    ],
)
def test_nothing_else_may_be_called(endpoint: str) -> None:
    assert not may_call(endpoint, NAMED)


def test_an_origin_keeps_its_port_and_brackets() -> None:
    assert origin_of("HTTP://LocalHost:9100/a?b") == "http://localhost:9100"
    assert origin_of("https://[2001:db8::1]:8443/x") == "https://[2001:db8::1]:8443"
    assert not named_origin("https://localhost:1", NAMED)


def test_keys_a_browser_makes_are_fine() -> None:
    device = FakePushService.new_device(_Nowhere())
    assert key_trouble(device.p256dh, device.auth) == ""
    assert key_trouble(device.p256dh + "=", device.auth + "==") == ""


@pytest.mark.parametrize(
    ("p256dh", "auth", "trouble"),
    [
        ("é", "A" * 22, "base64url"),
        ("B" * 10, "A" * 22, "65 bytes"),
        ("A" * 87, "A" * 22, "65 bytes"),
        ("BB" + "A" * 85, "AAAA", "16 bytes"),
        ("BB" + "A" * 85, "A" * 22, "curve"),
    ],
)
def test_keys_that_cannot_be_encrypted_to_are_told(p256dh: str, auth: str, trouble: str) -> None:
    assert trouble in key_trouble(p256dh, auth)


class _Nowhere(FakePushService):
    """Makes devices and serves nobody."""

    def __init__(self) -> None:
        self.origin, self.devices, self.now = "http://127.0.0.1:1", [], time.time
