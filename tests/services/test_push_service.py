import json
from collections.abc import Callable
from typing import Any

import pytest
import requests
from cryptography.hazmat.primitives import serialization
from py_vapid import Vapid02, b64urlencode
from pywebpush import WebPushException, webpush

from tests.services.push_service import FakePushService, PushDevice

Send = Callable[..., requests.Response]


def _public_key(vapid: Vapid02) -> str:
    return b64urlencode(
        vapid.public_key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    )


@pytest.fixture
def vapid() -> Vapid02:
    vapid = Vapid02()
    vapid.generate_keys()
    return vapid


@pytest.fixture
def device(push_service: FakePushService) -> PushDevice:
    return push_service.new_device()


@pytest.fixture
def send(device: PushDevice, vapid: Vapid02) -> Send:
    def post(subject: str = "mailto:relais@example.org", **options: Any) -> requests.Response:
        return webpush(
            device.subscription,
            json.dumps({"title": "Nouvelle demande"}),
            vapid_private_key=vapid,
            vapid_claims={"sub": subject} | options.pop("claims", {}),
            **{"ttl": 60, "timeout": 2} | options,
        )

    return post


def test_a_message_arrives_decrypted(device: PushDevice, send: Send) -> None:
    assert send(headers={"Urgency": "high", "Topic": "offer-1"}).status_code == 201
    message = device.wait_for(1)[0]
    assert message.json == {"title": "Nouvelle demande"}
    assert (message.ttl, message.urgency, message.topic) == (60, "high", "offer-1")


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"subject": "mailto: relais@example.org"}, 403),
        ({"claims": {"aud": "https://elsewhere.example"}}, 403),
        ({"claims": {"exp": 4102444800}}, 403),
        ({"headers": {"Urgency": "now"}}, 400),
        ({"headers": {"Topic": "a" * 33}}, 400),
        ({"content_encoding": "aesgcm"}, 400),
    ],
)
def test_what_vendors_refuse_is_refused(device: PushDevice, send: Send, options: dict[str, Any], status: int) -> None:
    with pytest.raises(WebPushException):
        send(**options)
    assert [attempt.status for attempt in device.attempts] == [status]
    assert device.messages == []


def test_another_key_is_forbidden(
    push_service: FakePushService, device: PushDevice, vapid: Vapid02, send: Send
) -> None:
    push_service.expected_key = _public_key(vapid)
    send()
    push_service.expected_key = "B" * 87
    with pytest.raises(WebPushException, match="403"):
        send()
    assert len(device.messages) == 1


def test_a_plain_request_is_unauthorized(device: PushDevice) -> None:
    assert requests.post(device.endpoint, b"", timeout=2).status_code == 400
    assert requests.post(device.endpoint, b"", headers={"TTL": "1"}, timeout=2).status_code == 401
    assert requests.post(device.endpoint + "x", b"", timeout=2).status_code == 404


def test_bad_manners(device: PushDevice, send: Send) -> None:
    device.answers(429, retry_after="120", times=1)
    with pytest.raises(WebPushException) as slowed_down:
        send()
    assert slowed_down.value.response is not None
    assert slowed_down.value.response.headers["Retry-After"] == "120"
    device.answers(reset=True, times=1)
    with pytest.raises(requests.ConnectionError):
        send()
    device.answers(never=True, times=1)
    with pytest.raises(requests.ReadTimeout):
        send(timeout=0.2)
    assert send().status_code == 201
    assert [attempt.status for attempt in device.attempts] == [429, 0, 0, 201]
    device.answers(410)
    with pytest.raises(WebPushException, match="410"):
        send()
    assert len(device.messages) == 1


# What is sent while the phone is away, as (words, TTL, topic); how long it is away; what it finds when it is back.
ABSENCES = {
    "one message waits": ([("a", 60, "")], 10, ["a"]),
    "its time runs out": ([("a", 60, "")], 60, []),
    "one that may not wait": ([("a", 0, "")], 0, []),
    "the longer lived waits": ([("a", 60, ""), ("b", 600, "")], 100, ["b"]),
    "without topics all wait": ([("a", 60, ""), ("b", 60, "")], 10, ["a", "b"]),
    "the same topic is replaced": ([("a", 60, "t"), ("b", 60, "t")], 10, ["b"]),
    "even by one that dies first": ([("a", 600, "t"), ("b", 10, "t")], 100, []),
    "other topics are left": ([("a", 60, "t"), ("b", 60, "u"), ("c", 60, "t")], 10, ["b", "c"]),
}


@pytest.mark.parametrize("absence", ABSENCES)
def test_what_a_phone_finds_when_it_is_back(absence: str, vapid: Vapid02) -> None:
    sent, seconds, found = ABSENCES[absence]
    present = [1_800_000_000.0]
    service = FakePushService(now=lambda: present[0])
    try:
        device = service.new_device()
        device.away()
        for words, ttl, topic in sent:
            claims = {"sub": "mailto:relais@example.org", "exp": int(present[0]) + 3600}
            headers = {"Topic": topic} if topic else {}
            webpush(
                device.subscription, words, vapid_private_key=vapid, vapid_claims=claims, ttl=ttl, headers=headers,
                timeout=2,
            )  # fmt: skip
        assert device.messages == []
        present[0] += seconds
        device.back()
        assert [message.data.decode() for message in device.messages] == found
    finally:
        service.close()
